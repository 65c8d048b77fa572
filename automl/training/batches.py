"""Batches of a training: their order, their parts, class weights, and random numbers.

Random numbers are seeded by the step that the training is at, not by earlier draws. So they are the
same after a pause, in another process, and whatever else draws from torch's global generators.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import torch
from torch import Tensor

from automl.training.device import Tensors
from automl.training.state import TrainingRun

# Texts of similar length are batched together within a pool of this many batches: few enough that
# the order of an epoch stays random, enough that batches have next to no padding.
BATCHES_PER_POOL = 50

# A step on the whole split takes batches of so many times the usual size: the sum of their
# gradients is the same, and fewer batches add up faster.
WHOLE_SPLIT_BATCHES = 4


def derive_seed(seed: int, purpose: str, index: int) -> int:
    """A 64-bit seed, different for each seed, purpose and index."""
    name = f"{seed}/{purpose}/{index}".encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big")


@dataclass(frozen=True)
class StepRng:
    """Generators of one reporting step.

    Args:
        numbers: Generator of single numbers, on the host.
        tensors: Generator of numbers per example or pixel, on the device.
    """

    numbers: random.Random
    tensors: torch.Generator

    @staticmethod
    def of_step(seed: int, step: int, device: torch.device) -> StepRng:
        """The generators of reporting step ``step``.

        Also seeds torch's global generators, from which dropout draws.
        """
        derived = derive_seed(seed, "step", step)
        torch.manual_seed(derived)
        return StepRng(random.Random(derived), torch.Generator(device).manual_seed(derived))


def share_of(batches: int, part: int, parts: int) -> range:
    """The batches of part ``part`` (from 0) of a training of ``batches`` in ``parts`` equal parts.

    With fewer batches than parts some parts are empty, never the first.
    """
    return range(-(-batches * part // parts), -(-batches * (part + 1) // parts))


def updates_ahead(
    run: TrainingRun, train: Tensors, ahead: range
) -> Iterator[tuple[int, list[Tensor]]]:
    """Some optimiser steps of a training, each with its index from 0 and its batches.

    A step is on one batch, as indices (M,) int64. Where it is on the whole split, it is on all
    batches of an epoch, the same ones in each.
    """
    per_epoch, current, batches = updates_per_epoch(run, train), -1, list[Tensor]()
    for index in ahead:
        epoch, at = divmod(index, per_epoch)
        if run.whole_split:
            epoch = 0
        if epoch != current:
            batches = training_batches(run, train, seed=derive_seed(run.seed, "order", epoch))
            current = epoch
        yield index, batches if run.whole_split else [batches[at]]


def updates_per_epoch(run: TrainingRun, train: Tensors) -> int:
    """Number of optimiser steps in an epoch."""
    return 1 if run.whole_split else batches_per_epoch(run, train)


def batches_per_epoch(run: TrainingRun, train: Tensors) -> int:
    """Number of batches that ``training_batches`` makes."""
    size = _batch_size(run)
    whole, rest = divmod(len(train), size)
    return max(1, whole + (rest > (1 if whole else 0)))


def training_batches(run: TrainingRun, train: Tensors, seed: int) -> list[Tensor]:
    """The batches of one epoch, as indices (M,) int64, in an order that ``seed`` decides.

    Each example comes once; with balanced sampling, as often as chance has it. The last batch may
    be smaller, but a single example joins the batch before it, since batch normalisation cannot
    train on one. Texts and series are batched with others of similar length.
    """
    # Drawn on the CPU, so that the order is the same for every device.
    generator = torch.Generator().manual_seed(seed)
    size = _batch_size(run)
    order = _epoch_order(run, train, generator)
    if train.lengths is not None:
        order = _sort_by_length(order, train.lengths.cpu(), pool=BATCHES_PER_POOL * size)
    batches = list(torch.split(order, size))
    if len(batches) > 1 and len(batches[-1]) == 1:
        batches[-2:] = [torch.cat(batches[-2:])]
    if train.lengths is not None:
        batches = [batches[at] for at in torch.randperm(len(batches), generator=generator).tolist()]
    return [batch.to(train.inputs.device) for batch in batches]


def _batch_size(run: TrainingRun) -> int:
    return run.settings.batch_size * (WHOLE_SPLIT_BATCHES if run.whole_split else 1)


def evaluation_batches(data: Tensors, size: int) -> tuple[list[Tensor], Tensor | None]:
    """The inputs of all examples in batches, and the order that restores the data's own.

    Texts and series come sorted by length, with the order as indices (N,) int64. Batches of any
    other inputs are views in the data's own order, and the order is None.
    """
    if data.lengths is None:
        return list(torch.split(data.inputs, size)), None
    order = data.lengths.argsort()
    return [data.inputs_at(batch) for batch in torch.split(order, size)], order.argsort()


def _epoch_order(run: TrainingRun, train: Tensors, generator: torch.Generator) -> Tensor:
    if run.settings.sampling == "shuffled" or run.classes is None:
        return torch.randperm(len(train), generator=generator)
    targets = train.targets.cpu()
    weights = balanced_weights(targets, run.classes)[targets]
    return torch.multinomial(weights, len(train), replacement=True, generator=generator)


def _sort_by_length(order: Tensor, lengths: Tensor, pool: int) -> Tensor:
    """``order`` with every ``pool`` examples sorted by their length."""
    pools = torch.split(order, pool)
    return torch.cat([each[lengths[each].argsort(stable=True)] for each in pools])


def micro_batches(
    inputs: Tensor, targets: Tensor, weights: Tensor | None, count: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Cut a batch into ``count`` parts of about equal size, which take less memory one by one.

    Every part has at least 2 examples, which batch normalisation needs: a small batch is cut into
    fewer parts. Batch normalisation uses the statistics of each part on its own.

    Args:
        inputs: (N, …) inputs.
        targets: (N,) class ids, (N, classes) probabilities, or (N, steps, names) numbers.
        weights: (classes,) weights of the classes in the loss; None if all weigh 1.
        count: Number of parts, at least 1.

    Yields:
        Inputs (M, …) and targets (M, …) of each part, and the weight of the part's mean loss in
        that of the batch, a scalar. These weights add up to 1.
    """
    count = max(1, min(count, len(targets) // 2))
    parts = zip(inputs.tensor_split(count), targets.tensor_split(count), strict=True)
    for part_inputs, part_targets in parts:
        yield part_inputs, part_targets, loss_share(part_targets, targets, weights)


def loss_share(part: Tensor, whole: Tensor, weights: Tensor | None) -> Tensor:
    """Weight of the mean loss of ``part`` in that of ``whole``, both of targets.

    The loss is a mean over known numbers; over examples for probabilities and without weights;
    and a weighted mean for class ids.
    """
    if whole.ndim == 3:
        return (~part.isnan()).sum() / (~whole.isnan()).sum().clamp(min=1)
    if weights is None or whole.is_floating_point():
        return torch.full((), len(part) / len(whole), device=whole.device)
    return weights[part].sum() / weights[whole].sum()


def class_weights(run: TrainingRun, train: Tensors) -> Tensor | None:
    """(classes,) weights of the classes in the loss; None if all weigh 1."""
    if run.classes is None or run.settings.class_weights == "even":
        return None
    return balanced_weights(train.targets, run.classes).to(run.device)


def balanced_weights(targets: Tensor, classes: int) -> Tensor:
    """Weights of the classes, inverse to their frequency: all classes then count the same.

    Source: King and Zeng, "Logistic Regression in Rare Events Data" (2001), as scikit-learn's
    ``class_weight="balanced"``.

    Args:
        targets: (N,) int64 class ids.
        classes: Number of classes.

    Returns:
        (classes,) float32, 1 on average over the examples; 0 for a class without an example.
    """
    counts = targets.bincount(minlength=classes).float()
    present = (counts > 0).sum()
    return (len(targets) / (present * counts.clamp(min=1))) * (counts > 0)
