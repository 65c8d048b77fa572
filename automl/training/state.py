"""The state of a training, and its checkpoint file.

A ``TrainingRun`` holds the model, the optimiser and all measurements so far. ``fit`` moves it
forward; saved and loaded between two reporting steps, it goes on exactly as if it had not stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from automl.core.machine import whole_file
from automl.core.trial import Measurement, best_measurement
from automl.training import AUGMENTATIONS, OPTIMIZERS
from automl.training.schedules import CurvePoint, epochs_since_best, resolve_schedule
from automl.training.settings import TrainingSettings, reporting_steps, resolve


@dataclass(eq=False)
class TrainingRun:
    """A model in training, with everything that its training needs besides the data.

    Args:
        model: Model from raw inputs to outputs (N, …); trained on the device that it is on. Mixup
            needs a ``MixupModel``.
        loss: Function ``(outputs, targets, label_smoothing, class_weights)`` -> scalar. Targets are
            those of the data, or probabilities (N, classes) under mixup.
        measure: Function ``(outputs, targets, without)`` of the whole validation split -> metrics
            by name, except those named by ``without``.
        settings: Training settings; ``epochs`` below takes precedence over theirs.
        epochs: Full length of the training, which may be a fraction.
        seed: Seed of the order of the data, augmentation and dropout. The initial weights are the
            caller's.
        metric: Name of the objective among the metrics.
        maximize: Whether a larger objective is better.
        classes: Number of classes; None where numbers are predicted.
        grad_accumulation: Parts that each batch is cut into, to take less memory; at least 1.
        only_at_the_end: Metrics too costly for every reporting step; measured in the last one only.
        guide: Objective at each step of an earlier training, up to its best one. The schedule and
            the end then follow it instead of this run's own measurements.
        steps: Number of reporting steps; 0 derives it from ``epochs``. Each takes an equal share of
            the training, so that step 3 means the same in all trials of a study.

    Attributes:
        updates: Optimiser steps taken.
        whole_split: Whether each of them is on the whole train split.
        evaluations: Most times that each of them computes the loss.
        measurements: Measurement of each reporting step taken, oldest first.
        best_weights: Contiguous copies, on the model's device, of its state at the best
            measurement, as of ``best_measurement``; with a guide, at the last.
        latency: Milliseconds that the model takes for one example, which every measurement repeats;
            None until it is known.

    Raises:
        UnknownName: if the settings name an optimiser, schedule or augmentation that is not there.
        UserError: if an option in the settings is wrong.
    """

    model: nn.Module
    loss: Callable[[Tensor, Tensor, float, Tensor | None], Tensor]
    measure: Callable[[Tensor, Tensor, frozenset[str]], Mapping[str, float]]
    settings: TrainingSettings
    epochs: float
    seed: int
    metric: str
    maximize: bool
    classes: int | None
    grad_accumulation: int = 1
    only_at_the_end: frozenset[str] = frozenset()
    guide: tuple[float, ...] | None = None
    steps: int = 0
    updates: int = field(default=0, init=False)
    measurements: list[Measurement] = field(default_factory=list, init=False)
    best_weights: dict[str, Tensor] = field(default_factory=dict, init=False)
    latency: float | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.steps = self.steps or reporting_steps(self.epochs)
        # Convolutions and pooling are several times faster in this layout, on CPUs too.
        self.model.to(memory_format=torch.channels_last)
        chosen = resolve(OPTIMIZERS, self.settings.optimizer)
        self._lr = chosen.lr
        self.optimizer = chosen.build(self.model)
        self.whole_split, self.evaluations = chosen.whole_split, chosen.evaluations
        self.schedule = resolve_schedule(self.settings)
        self.augmentations = [resolve(AUGMENTATIONS, each) for each in self.settings.augment]

    @property
    def device(self) -> torch.device:
        """Device of the model."""
        return next(self.model.parameters()).device

    @property
    def step(self) -> int:
        """Number of reporting steps taken."""
        return len(self.measurements)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds of training and validation so far."""
        return self.measurements[-1].seconds if self.measurements else 0.0

    @property
    def curve(self) -> list[CurvePoint]:
        """The objective so far, or the guide's over the same steps; larger is better."""
        sign = 1 if self.maximize else -1
        values = self.guide or [each.metrics[self.metric] for each in self.measurements]
        return [
            CurvePoint(each.epoch, sign * value)
            for each, value in zip(self.measurements, values, strict=False)
        ]

    def epoch_at(self, step: int) -> float:
        """Epochs trained after ``step`` reporting steps."""
        return step * self.epochs / self.steps

    @property
    def finished(self) -> bool:
        """Whether all epochs are trained, or early stopping applies."""
        return self._ends_at(self.step, self.curve)

    def ends_with(self, value: float) -> bool:
        """Whether the training would be finished with ``value`` as the next objective."""
        step = self.step + 1
        point = CurvePoint(self.epoch_at(step), value if self.maximize else -value)
        return self._ends_at(step, [*self.curve, point])

    def _ends_at(self, step: int, curve: Sequence[CurvePoint]) -> bool:
        if self.guide is not None:
            return step >= len(self.guide)
        patience = self.settings.early_stopping
        stopped = patience is not None and epochs_since_best(curve) >= patience
        return stopped or step >= self.steps

    def set_learning_rate(self, scale: float) -> None:
        """Set the learning rate to ``scale`` times that of the optimiser's options."""
        for group in self.optimizer.param_groups:
            group["lr"] = self._lr * scale

    def record(self, metrics: Mapping[str, float], seconds: float) -> None:
        """Add the metrics of a reporting step that took ``seconds``, and keep the best weights."""
        step = self.step + 1
        epoch = self.epoch_at(step)
        seconds += self.seconds
        self.measurements.append(
            Measurement(step, epoch, dict(metrics), seconds, self.latency, self.updates)
        )
        best = best_measurement(self.measurements, self.metric, self.maximize)
        if self.guide is not None or best is self.measurements[-1]:
            self.best_weights = copy_weights(self.model)

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to continue exactly from here: tensors and plain Python values.

        Schedules and random numbers have no state, as they follow from the step. The tensors are
        the live ones, as in torch's ``state_dict``: save or copy them before training continues.
        """
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "updates": self.updates,
            "epochs": self.epochs,
            "measurements": [asdict(each) for each in self.measurements],
            "best_weights": self.best_weights,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from ``state``, of a run with the same model, settings and seed.

        Raises:
            RuntimeError: if ``state`` is of another network.
        """
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.updates = state["updates"]
        self.epochs = state.get("epochs", self.epochs)  # older checkpoints are of full length
        self.measurements = [Measurement(**each) for each in state["measurements"]]
        self.latency = self.measurements[0].latency if self.measurements else None
        best = state["best_weights"]
        self.best_weights = {name: value.to(self.device) for name, value in best.items()}


def copy_weights(model: nn.Module) -> dict[str, Tensor]:
    """The model's state by name, as contiguous copies that training does not change."""
    return {
        name: value.detach().clone(memory_format=torch.contiguous_format)
        for name, value in model.state_dict().items()
    }


def save_checkpoint(run: TrainingRun, path: Path) -> None:
    """Write the state of ``run``; a reader never sees a partial file.

    Raises:
        OSError: if the folder cannot be written or the disk is full; an earlier file stays.
    """
    path.parent.mkdir(exist_ok=True)  # somebody may have deleted it meanwhile
    with whole_file(path) as partial:
        try:
            torch.save(run.state_dict(), partial)
        except RuntimeError as error:  # torch's file writer says so when the disk is full
            raise OSError(f"cannot write {path}: {error}") from error


def load_checkpoint(run: TrainingRun, path: Path) -> None:
    """Continue ``run``, on any device, from a file that ``save_checkpoint`` wrote.

    Only tensors and plain values are read, so a file from elsewhere cannot run code. A file that is
    damaged or of another network raises PyTorch's own errors and leaves ``run`` in an undefined
    state.
    """
    run.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
