"""One training: what it is made of and how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from automl.core.trial import Measurement
from automl.training import AUGMENTATIONS, OPTIMIZERS, SCHEDULES
from automl.training.curve import Score, epochs_since_best
from automl.training.options import resolve
from automl.training.settings import TrainingSettings
from automl.training.steps import reports_per_epoch


@dataclass(eq=False)
class TrainingRun:
    """A model in training, with all that its training needs beside the data.

    Args:
        model: Takes raw inputs, gives outputs (N, …); trained on the device it is on.
        loss: ``(outputs, targets, label_smoothing, class_weights)`` -> scalar; targets are those
            of the data, or probabilities (N, classes) under mixup.
        measure: ``(outputs, targets)`` of the whole validation split -> metrics by name.
        settings: How to train. Its epochs are a space's; the run goes by ``epochs``.
        epochs: Full length of the training.
        seed: Decides the order of the data, augmentation and dropout; the fresh weights are the
            caller's.
        metric: Name of the objective among the metrics.
        maximize: Whether a larger objective is better.
        classes: How many there are, None where numbers are predicted.
        accumulate: Parts that each batch is cut into, to take less memory; from 1.
        guide: The objective at each step of an earlier training up to its best one, which schedule
            and end go by in place of this run's own; None is none.

    Attributes:
        updates: Optimiser steps taken.
        measurements: One per reporting step taken, oldest first.
        best_weights: The model's state at the best of them, which is the last of a guide;
            contiguous copies on its device.
        latency: Milliseconds that the model takes for one example, which every measurement says
            once it is known; None before that.

    Raises:
        UnknownName: if the settings name what no registry holds.
        UserError: if an option in the settings is wrong.
    """

    model: nn.Module
    loss: Callable[[Tensor, Tensor, float, Tensor | None], Tensor]
    measure: Callable[[Tensor, Tensor], Mapping[str, float]]
    settings: TrainingSettings
    epochs: int
    seed: int
    metric: str
    maximize: bool
    classes: int | None
    accumulate: int = 1
    guide: tuple[float, ...] | None = None
    updates: int = field(default=0, init=False)
    measurements: list[Measurement] = field(default_factory=list, init=False)
    best_weights: dict[str, Tensor] = field(default_factory=dict, init=False)
    latency: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        # Convolutions and pooling are up to several times faster in this layout, on CPUs too.
        self.model.to(memory_format=torch.channels_last)
        chosen = resolve(OPTIMIZERS, self.settings.optimizer)
        self._lr = chosen.lr
        self.optimizer = chosen.build(self.model)
        self.schedule = resolve(SCHEDULES, self.settings.schedule)
        self.augmentations = [resolve(AUGMENTATIONS, each) for each in self.settings.augment]

    @property
    def device(self) -> torch.device:
        """Where the model is."""
        return next(self.model.parameters()).device

    @property
    def step(self) -> int:
        """Reporting steps taken."""
        return len(self.measurements)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds of training and validation so far."""
        return self.measurements[-1].seconds if self.measurements else 0.0

    @property
    def curve(self) -> list[Score]:
        """The objective over the epochs so far, larger is better; the guide's if there is one."""
        sign = 1 if self.maximize else -1
        values = self.guide or [each.metrics[self.metric] for each in self.measurements]
        return [
            Score(each.epoch, sign * value)
            for each, value in zip(self.measurements, values, strict=False)
        ]

    @property
    def best_value(self) -> float | None:
        """The best objective so far, the first one measured at ``best_weights``."""
        values = [each.metrics[self.metric] for each in self.measurements]
        return (max if self.maximize else min)(values, default=None)

    @property
    def finished(self) -> bool:
        """Whether all epochs are trained, or early stopping has seen enough."""
        if self.guide is not None:
            return self.step >= len(self.guide)
        patience = self.settings.early_stopping
        stopped = patience is not None and epochs_since_best(self.curve) >= patience
        return stopped or self.step >= self.epochs * reports_per_epoch(self.epochs)

    def set_learning_rate(self, scale: float) -> None:
        """Set the learning rate to ``scale`` times what the optimiser's options say."""
        for group in self.optimizer.param_groups:
            group["lr"] = self._lr * scale

    def record(self, metrics: Mapping[str, float], seconds: float) -> None:
        """Note what was measured after a reporting step that took ``seconds``."""
        step = self.step + 1
        epoch = step / reports_per_epoch(self.epochs)
        seconds += self.seconds
        self.measurements.append(Measurement(step, epoch, dict(metrics), seconds, self.latency))
        if epochs_since_best(self.curve) == 0:
            self.best_weights = copy_weights(self.model)

    def state_dict(self) -> dict[str, Any]:
        """All that it takes to go on exactly from here: tensors, numbers, text, lists and dicts.

        Schedules and random draws have no state: they follow from the step. The tensors are the
        live ones, as in torch's own: save or copy them before training goes on.
        """
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "updates": self.updates,
            "measurements": [asdict(each) for each in self.measurements],
            "best_weights": self.best_weights,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from ``state``, of a run with the same model, settings and seed."""
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.updates = state["updates"]
        self.measurements = [Measurement(**each) for each in state["measurements"]]
        self.latency = self.measurements[0].latency if self.measurements else None
        best = state["best_weights"]
        self.best_weights = {name: value.to(self.device) for name, value in best.items()}


def copy_weights(model: nn.Module) -> dict[str, Tensor]:
    """The model's state by name, as contiguous copies that further training does not change."""
    return {
        name: value.detach().clone(memory_format=torch.contiguous_format)
        for name, value in model.state_dict().items()
    }
