"""The training loop, from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from automl.core.trial import Measurement
from automl.training.batches import evaluation_batches, training_batches
from automl.training.checks import check_data, check_finite
from automl.training.draws import Draws, derive_seed
from automl.training.imbalance import balanced_weights
from automl.training.losses import Losses
from automl.training.memory import keep_freed_memory
from automl.training.micro_batches import micro_batches
from automl.training.mixup import Mixup
from automl.training.precision import forward
from automl.training.run import TrainingRun
from automl.training.steps import part_of_epoch, reports_per_epoch
from automl.training.tensors import Tensors

# Validation keeps no activations for a backward pass, so it has room for larger batches.
VALIDATION_BATCHES = 4


def fit(run: TrainingRun, train: Tensors, validation: Tensors) -> Iterator[Measurement]:
    """Train ``run`` to its end, handing up a measurement after each reporting step.

    Between two measurements the run stands still: it can be looked at, saved and loaded, left
    for good, or gone on with later. It goes on from where ``run`` stands.

    Args:
        run: What to train; changed in place.
        train: What it learns from.
        validation: What it is measured on.

    Yields:
        The measurement of each step, with the task's metrics on ``validation`` and the mean
        ``train_loss`` since the one before.

    Raises:
        Diverged: at the first batch whose loss is infinite or NaN, or the first such metric.
        UserError: if the settings ask for what such inputs cannot have.
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
    """Train for one reporting step; the mean loss of its examples."""
    parts = reports_per_epoch(run.epochs)
    epoch, part = divmod(run.step, parts)
    seed = derive_seed(run.seed, "order", epoch)
    batches = training_batches(run, train, seed)
    ahead = part_of_epoch(len(batches), part, parts)
    if not ahead:  # An epoch of very few batches: nothing was trained since the last measurement.
        return run.measurements[-1].metrics["train_loss"]

    run.model.train()
    draws = Draws.of_step(run.seed, run.step, run.device)
    weights = class_weights(run, train)
    curve = run.curve
    losses = Losses(run.device, steps_before=run.updates, steps_per_epoch=len(batches))
    for batch in ahead:
        progress = (epoch + batch / len(batches)) / run.epochs
        run.set_learning_rate(run.schedule.scale(progress, curve))
        inputs, targets = (each.to(run.device) for each in train.at(batches[batch]))
        losses.add(train_batch(run, inputs, targets, weights, draws), len(targets))
    return losses.mean()


def class_weights(run: TrainingRun, train: Tensors) -> Tensor | None:
    """What an example of each class counts in the loss; None is one each."""
    if run.classes is None or run.settings.class_weights == "even":
        return None
    return balanced_weights(train.targets, run.classes).to(run.device)


def train_batch(
    run: TrainingRun, inputs: Tensor, targets: Tensor, weights: Tensor | None, draws: Draws
) -> Tensor:
    """Take one step of the optimiser; the loss before it."""
    settings = run.settings
    for augmentation in run.augmentations:
        inputs = augmentation.apply(inputs, draws.tensors)
    if settings.mixup and run.classes is not None:
        mixup = Mixup.draw(settings.mixup, len(targets), draws)
        inputs, targets = mixup.blend(inputs, targets, run.classes)

    run.optimizer.zero_grad()
    total = torch.zeros((), device=run.device)
    for part in micro_batches(inputs, targets, weights, run.accumulate):
        outputs = forward(run.model, part.inputs)
        loss = run.loss(outputs, part.targets, settings.label_smoothing, weights)
        loss.backward(part.share)  # type: ignore[no-untyped-call]
        total += part.share * loss.detach()
    if settings.clip_norm is not None:
        clip_grad_norm_(run.model.parameters(), settings.clip_norm)
    run.optimizer.step()
    run.updates += 1
    return total


def validate(run: TrainingRun, validation: Tensors) -> dict[str, float]:
    """Measure the model as it is on the whole validation split."""
    outputs = answer(run, validation)
    metrics = dict(run.measure(outputs, validation.targets.to(run.device)))
    check_finite(metrics, run.updates, (run.step + 1) / reports_per_epoch(run.epochs))
    return metrics


@torch.inference_mode()
def answer(run: TrainingRun, validation: Tensors) -> Tensor:
    """The outputs of the model as it is, (N, …), in the order of the examples."""
    run.model.eval()
    size = max(1, VALIDATION_BATCHES * run.settings.batch_size // run.accumulate)
    batches, back = evaluation_batches(validation, size)
    outputs = gather((forward(run.model, each.to(run.device)) for each in batches), len(validation))
    return outputs if back is None else outputs[back]


def gather(batches: Iterable[Tensor], count: int) -> Tensor:
    """The outputs of all batches, (``count``, …), copied as they come.

    Each kept on its own would lie between the activations of two batches, in memory that the next
    batch could then not take: a validation would take as much as all its activations.
    """
    outputs = torch.empty(0)
    done = 0
    for batch in batches:
        if not done:
            outputs = batch.new_empty((count, *batch.shape[1:]))
        outputs[done : done + len(batch)] = batch
        done += len(batch)
    return outputs
