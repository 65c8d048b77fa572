"""The training loop, from top to bottom."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from automl.core.trial import Measurement
from automl.training.checks import check_finite, check_inputs
from automl.training.draws import Draws, derive_seed
from automl.training.memory import keep_freed_memory
from automl.training.mixup import Mixup
from automl.training.precision import forward
from automl.training.run import TrainingRun
from automl.training.steps import part_of_epoch, reports_per_epoch
from automl.training.tensors import Tensors, shuffled_batches

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
        Diverged: if a loss or a metric is infinite or NaN.
        UserError: if the settings ask for what such inputs cannot have.
    """
    check_inputs(run.settings, train.inputs)
    keep_freed_memory()
    train, validation = train.to(run.device), validation.to(run.device)
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
    order = shuffled_batches(len(train), run.settings.batch_size, seed, run.device)
    ahead = part_of_epoch(len(order), part, parts)
    if not ahead:  # An epoch of very few batches: nothing was trained since the last measurement.
        return run.measurements[-1].metrics["train_loss"]

    run.model.train()
    draws = Draws.of_step(run.seed, run.step, run.device)
    curve = run.curve
    total = torch.zeros((), device=run.device)  # Read once at the end: each read waits for a GPU.
    for batch in ahead:
        progress = (epoch + batch / len(order)) / run.epochs
        run.set_learning_rate(run.schedule.scale(progress, curve))
        inputs, targets = train.at(order[batch])
        total += train_batch(run, inputs, targets, draws) * len(targets)
    mean = total.item() / sum(len(order[batch]) for batch in ahead)
    check_finite({"train_loss": mean}, (run.step + 1) / parts)
    return mean


def train_batch(run: TrainingRun, inputs: Tensor, targets: Tensor, draws: Draws) -> Tensor:
    """Take one step of the optimiser; the loss before it."""
    settings = run.settings
    for augmentation in run.augmentations:
        inputs = augmentation.apply(inputs, draws.tensors)
    mixup = Mixup.draw(settings.mixup, len(targets), draws) if settings.mixup else None
    logits = forward(run.model, mixup.blend_inputs(inputs) if mixup else inputs)
    if mixup:
        targets = mixup.blend_targets(targets, classes=logits.shape[-1])
    loss = run.loss(logits, targets, settings.label_smoothing)

    run.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    if settings.clip_norm is not None:
        clip_grad_norm_(run.model.parameters(), settings.clip_norm)
    run.optimizer.step()
    return loss.detach()


@torch.inference_mode()
def validate(run: TrainingRun, validation: Tensors) -> dict[str, float]:
    """Measure the model as it is on the whole validation split."""
    run.model.eval()
    size = VALIDATION_BATCHES * run.settings.batch_size
    logits = [forward(run.model, inputs) for inputs in torch.split(validation.inputs, size)]
    metrics = dict(run.measure(torch.cat(logits), validation.targets))
    check_finite(metrics, (run.step + 1) / reports_per_epoch(run.epochs))
    return metrics
