"""The training loop, from top to bottom.

``fit`` trains one reporting step after the other, an epoch or an equal part of one, and yields a
measurement after each. Below it stand, in the order in which the loop needs them: the training of
a step and of a batch, or of the whole split at once; validation; and the checks that end a
training.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from automl.core.errors import AutomlError, UserError
from automl.core.text import number
from automl.core.trial import Measurement
from automl.training.augment import Cutmix, Mixup, MixupModel
from automl.training.batches import (
    StepRng,
    class_weights,
    evaluation_batches,
    loss_share,
    micro_batches,
    share_of,
    updates_ahead,
    updates_per_epoch,
)
from automl.training.device import Tensors, forward, keep_freed_memory
from automl.training.state import TrainingRun

# Validation keeps no activations for a backward pass, so it has room for larger batches.
VALIDATION_BATCHES = 4

# Reading a loss waits for the GPU, so there it is done once for this many batches.
READ_EVERY = 16


def fit(run: TrainingRun, train: Tensors, validation: Tensors) -> Iterator[Measurement]:
    """Train ``run`` to its end, yielding a measurement after each reporting step.

    Between two measurements the run stands still: it can be inspected, saved, loaded, abandoned,
    or continued later. Training continues from the step that ``run`` is at.

    Args:
        run: The model in training and its state; changed in place.
        train: The split that the weights are fitted to.
        validation: The split that every measurement is made on.

    Yields:
        The measurement of each step: the task's metrics on ``validation``, and as ``train_loss``
        the mean loss on ``train`` since the previous measurement.

    Raises:
        Diverged: at the first batch with an infinite or NaN loss, or the first such metric.
        UserError: if the settings ask for something that these inputs or targets do not allow.
    """
    check_data(run, train)
    keep_freed_memory()
    while not run.finished:
        started = time.perf_counter()
        train_loss = train_step(run, train)
        metrics = validate(run, validation)
        run.record({"train_loss": train_loss, **metrics}, time.perf_counter() - started)
        yield run.measurements[-1]


def train_step(run: TrainingRun, train: Tensors) -> float:
    """Train for one reporting step and return the mean loss of its examples."""
    per_epoch = updates_per_epoch(run, train)
    total = max(1, round(run.epochs * per_epoch))
    ahead = share_of(total, run.step, run.steps)
    if not ahead:  # A training of very few batches: none was trained since the last measurement.
        return run.measurements[-1].metrics["train_loss"]

    run.model.train()
    rng = StepRng.of_step(run.seed, run.step, run.device)
    weights = class_weights(run, train)
    curve = run.curve
    losses = RunningLoss(run.device, steps_before=run.updates, steps_per_epoch=per_epoch)
    for index, batches in updates_ahead(run, train, ahead):
        run.set_learning_rate(run.schedule.scale(index / total, curve))
        if run.whole_split:
            losses.add(train_on_all(run, train, batches, weights), len(train))
            continue
        inputs, targets = (each.to(run.device) for each in train.at(batches[0]))
        losses.add(train_on_batch(run, inputs, targets, weights, rng), len(targets))
    return losses.mean()


def train_on_batch(
    run: TrainingRun, inputs: Tensor, targets: Tensor, weights: Tensor | None, rng: StepRng
) -> Tensor:
    """Take one step of the optimiser and return the batch's mean loss before it, a scalar."""
    run.optimizer.zero_grad()
    loss = add_gradients(run, inputs, targets, weights, rng)
    if run.settings.clip_norm is not None:
        clip_grad_norm_(run.model.parameters(), run.settings.clip_norm)
    run.optimizer.step()
    run.updates += 1
    return loss


def train_on_all(
    run: TrainingRun, train: Tensors, batches: Sequence[Tensor], weights: Tensor | None
) -> Tensor:
    """Take one step on all ``batches`` together and return their mean loss before it, a scalar.

    The optimiser looks along a line for the lowest loss, so that the loss is computed several times
    in a step. Each time the random numbers are the same, or the losses could not be compared.
    """
    targets = train.targets[torch.cat(list(batches))].to(run.device)
    losses = list[Tensor]()

    def closure() -> Tensor:
        rng = StepRng.of_step(run.seed, run.step, run.device)
        run.optimizer.zero_grad()
        total = torch.zeros((), device=run.device)
        for batch in batches:
            part_inputs, part_targets = (each.to(run.device) for each in train.at(batch))
            share = loss_share(part_targets, targets, weights)
            total += share * add_gradients(run, part_inputs, part_targets, weights, rng, share)
        losses.append(total)
        return total

    run.optimizer.step(closure)  # type: ignore[arg-type]
    run.updates += 1
    return losses[0]


def add_gradients(
    run: TrainingRun,
    inputs: Tensor,
    targets: Tensor,
    weights: Tensor | None,
    rng: StepRng,
    factor: Tensor | float = 1.0,
) -> Tensor:
    """Add the gradients of a batch to those there are, and return its mean loss, a scalar.

    Args:
        run: The training.
        inputs: (M, …) raw inputs, on its device.
        targets: (M, …) targets, on its device.
        weights: (classes,) weights of the classes in the loss, or None.
        rng: Generators of augmentation and mixup.
        factor: Factor of the gradients.
    """
    settings = run.settings
    for augmentation in run.augmentations:
        inputs = augmentation.apply(inputs, rng.tensors)
    network, inputs, targets = blend(run, inputs, targets, rng)

    total = torch.zeros((), device=run.device)
    parts = micro_batches(inputs, targets, weights, run.grad_accumulation)
    for part_inputs, part_targets, share in parts:
        outputs = forward(network, part_inputs, mixed=not run.whole_split)
        loss = run.loss(outputs, part_targets, settings.label_smoothing, weights)
        loss.backward(share * factor)  # type: ignore[no-untyped-call]
        total += share * loss.detach()
    return total


def blend(
    run: TrainingRun, inputs: Tensor, targets: Tensor, rng: StepRng
) -> tuple[Callable[[Tensor], Tensor], Tensor, Tensor]:
    """Blend the examples of a batch by mixup or CutMix; with both, by either, batch by batch.

    Returns:
        What computes the outputs, its inputs, and the targets.
    """
    settings = run.settings
    if run.classes is None or not (settings.mixup or settings.cutmix):
        return run.model, inputs, targets
    cuts = settings.cutmix > 0 and (settings.mixup == 0 or rng.numbers.random() < 1 / 2)
    if cuts:
        cutmix = Cutmix.draw(settings.cutmix, inputs, rng)
        return run.model, *cutmix.blend(inputs, targets, run.classes)
    mixup = Mixup.draw(settings.mixup, len(targets), rng)
    model = cast(MixupModel, run.model)
    return model.from_encoded, *mixup.blend(model.preprocess(inputs), targets, run.classes)


# -- Validation ------------------------------------------------------------------------------------


def validate(run: TrainingRun, validation: Tensors) -> dict[str, float]:
    """Metrics of the current weights on the validation split; costly ones in the last step only.

    Raises:
        Diverged: if a metric is infinite or NaN.
    """
    outputs, targets = compute_outputs(run, validation), validation.targets.to(run.device)
    metrics = dict(run.measure(outputs, targets, run.only_at_the_end))
    if run.only_at_the_end and run.ends_with(metrics[run.metric]):
        metrics = dict(run.measure(outputs, targets, frozenset()))
    for name, value in metrics.items():
        if not math.isfinite(value):
            epoch = run.epoch_at(run.step + 1)
            raise Diverged(f"validation {name}", value, run.updates, epoch)
    return metrics


@torch.inference_mode()
def compute_outputs(run: TrainingRun, data: Tensors) -> Tensor:
    """Outputs of the current weights for every example, (N, …) float32, in the data's order."""
    run.model.eval()
    size = max(1, VALIDATION_BATCHES * run.settings.batch_size // run.grad_accumulation)
    batches, back = evaluation_batches(data, size)
    outputs = gather((forward(run.model, each.to(run.device)) for each in batches), len(data))
    return outputs if back is None else outputs[back]


def gather(batches: Iterable[Tensor], count: int) -> Tensor:
    """The outputs of all batches as one tensor (``count``, …), copied as they come.

    Collected in a list, they would lie between the activations of two batches and fragment the
    memory: a validation would then take as much as the activations of all its batches together.

    Args:
        batches: Outputs (M, …) of each batch, on any device.
        count: Number of examples in all batches.

    Returns:
        (``count``, …), in the dtype and on the device of the batches.
    """
    outputs = torch.empty(0)
    done = 0
    for batch in batches:
        if not done:
            outputs = batch.new_empty((count, *batch.shape[1:]))
        outputs[done : done + len(batch)] = batch
        done += len(batch)
    return outputs


# -- What ends a training --------------------------------------------------------------------------


class Diverged(AutomlError):
    """A loss or metric became infinite or NaN; more training cannot mend it.

    Args:
        what: Name of the number: ``"loss"``, ``"validation rmse"``.
        value: Value that it took.
        step: Optimiser step at which it did, counted from 1 over the whole training.
        epoch: Epochs trained by then.
    """

    def __init__(self, what: str, value: float, step: int, epoch: float) -> None:
        self.what, self.value, self.step, self.epoch = what, value, step, epoch
        super().__init__(
            f"the training diverged at step {step} (epoch {number(epoch, 2)}): the {what} became "
            f"{value}; lower the learning rate or set clip_norm"
        )


class RunningLoss:
    """Mean loss of a reporting step; raises at the first batch whose loss is not finite.

    Losses are read at once on the CPU, and every few batches on a GPU.

    Args:
        device: Device on which the losses are computed.
        steps_before: Optimiser steps taken before the first of them.
        steps_per_epoch: Optimiser steps in an epoch.
    """

    def __init__(self, device: torch.device, steps_before: int, steps_per_epoch: int) -> None:
        self._read_every = 1 if device.type == "cpu" else READ_EVERY
        self._step, self._steps_per_epoch = steps_before, steps_per_epoch
        self._unread: list[tuple[Tensor, int]] = []
        self._total, self._examples = 0.0, 0

    def add(self, loss: Tensor, examples: int) -> None:
        """Add the mean ``loss`` of a batch of ``examples``, a scalar on the device.

        Raises:
            Diverged: naming the first step whose loss is infinite or NaN, this or an earlier one.
        """
        self._unread.append((loss, examples))
        if len(self._unread) == self._read_every:
            self._read()

    def mean(self) -> float:
        """The mean over the examples of all batches.

        Raises:
            Diverged: as ``add`` does.
        """
        if self._unread:
            self._read()
        return self._total / self._examples

    def _read(self) -> None:
        losses, counts = zip(*self._unread, strict=True)
        self._unread.clear()
        for loss, examples in zip(torch.stack(losses).tolist(), counts, strict=True):
            self._step += 1
            if not math.isfinite(loss):
                raise Diverged("loss", loss, self._step, self._step / self._steps_per_epoch)
            self._total += loss * examples
            self._examples += examples


def check_data(run: TrainingRun, train: Tensors) -> None:
    """Check that the settings suit the data.

    Raises:
        UserError: if inputs other than images are to be augmented or cut, inputs of several lengths
            to be blended, or a setting about classes is used where numbers are predicted, or the
            other way round.
    """
    settings, inputs = run.settings, train.inputs
    names = ", ".join(name for each in settings.augment for name in each)
    cutmix = f"{settings.cutmix:g}" if settings.cutmix else ""
    for name, value in (("augment", names), ("cutmix", cutmix)):
        if value and inputs.ndim != 4:
            raise UserError(
                f"`{name}` (={value}) needs images (N, C, H, W), but the inputs have the shape "
                f"{tuple(inputs.shape)}; leave `{name}` out"
            )
    if settings.mixup and train.lengths is not None:
        raise UserError(
            f"`mixup` (={settings.mixup:g}) blends numbers of one length, but the inputs are ids, "
            f"or series of several lengths ({inputs.dtype}); set `mixup: 0`"
        )
    for name in ("label_smoothing", "mixup", "sampling", "class_weights"):
        value, default = getattr(settings, name), type(settings).model_fields[name].default
        if run.classes is None and value != default:
            raise UserError(
                f"`{name}` (={value}) is about classes, but the target is a number; "
                f"set `{name}: {default}`"
            )
    if run.classes is not None and settings.loss != "auto":
        raise UserError(
            f"`loss` (={settings.loss}) is about numbers, but the target is a class; "
            "set `loss: auto`"
        )
