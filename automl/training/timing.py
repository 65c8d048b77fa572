"""What a training takes, measured on its own device before it begins."""

from __future__ import annotations

import time

import torch

from automl.training.batches import StepRng, batches_ahead, batches_per_epoch
from automl.training.device import Tensors, forward
from automl.training.fit import VALIDATION_BATCHES, train_batch
from automl.training.state import TrainingRun

# Batches that are timed, after one that is not: the first allocates memory and chooses kernels.
TIMED_BATCHES = 8
# Share of the training's time that timing may take, and seconds at most.
TIMING_SHARE, TIMING_SECONDS = 0.05, 2.0
# Optimiser steps of the shortest training, unless a whole one has fewer.
FEWEST_UPDATES = 50
# A training that would fit but for so much is not shortened.
TOLERANCE = 0.1


def affordable_epochs(
    run: TrainingRun, train: Tensors, validation: Tensors, seconds: float
) -> float:
    """Epochs of a training that there is time for, at most its full length.

    Args:
        run: A training at its beginning; it is useless afterwards.
        train: Split that the weights are fitted to.
        validation: Split that each reporting step is measured on.
        seconds: Seconds of training and validation that there are.

    Returns:
        The full length if that fits, else fewer epochs, possibly a fraction of one.
    """
    limit = min(TIMING_SECONDS, TIMING_SHARE * seconds)
    per_epoch = batches_per_epoch(run, train)
    batch = _seconds_per_batch(run, train, limit)
    validating = run.steps * _seconds_per_validation(run, validation)
    epochs = (seconds - validating) / (batch * per_epoch)
    if epochs >= run.epochs * (1 - TOLERANCE):
        return run.epochs
    return min(run.epochs, max(_readable(epochs), FEWEST_UPDATES / per_epoch))


def _seconds_per_batch(run: TrainingRun, train: Tensors, limit: float) -> float:
    """Mean seconds of an optimiser step, from a few of them."""
    run.model.train()
    rng = StepRng.of_step(run.seed, 0, run.device)
    count = min(1 + TIMED_BATCHES, batches_per_epoch(run, train))
    began, taken = time.perf_counter(), list[float]()
    for _, batch in batches_ahead(run, train, range(count)):
        started = time.perf_counter()
        inputs, targets = (each.to(run.device) for each in train.at(batch))
        train_batch(run, inputs, targets, None, rng).item()  # waits for the device
        taken.append(time.perf_counter() - started)
        if time.perf_counter() - began > limit:
            break
    timed = taken[1:] or taken
    return sum(timed) / len(timed)


@torch.inference_mode()
def _seconds_per_validation(run: TrainingRun, validation: Tensors) -> float:
    """Seconds that the network takes for the validation split, from one batch of it."""
    run.model.eval()
    size = min(len(validation), VALIDATION_BATCHES * run.settings.batch_size)
    started = time.perf_counter()
    inputs = validation.inputs_at(torch.arange(size, device=validation.inputs.device))
    forward(run.model, inputs.to(run.device)).sum().item()
    return (time.perf_counter() - started) * len(validation) / size


def _readable(epochs: float) -> float:
    """Epochs rounded down to a whole number, or below four to a tenth."""
    return float(int(epochs)) if epochs >= 4 else int(epochs * 10) / 10
