"""Gradient accumulation: a batch cut into parts that take less memory, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor


class MicroBatch(NamedTuple):
    """Some of a batch's examples.

    Args:
        inputs: (M, …).
        targets: (M, …).
        share: A scalar: what their mean loss counts in the batch's. Shares add up to 1.
    """

    inputs: Tensor
    targets: Tensor
    share: Tensor


def micro_batches(
    inputs: Tensor, targets: Tensor, weights: Tensor | None, count: int
) -> Iterator[MicroBatch]:
    """A batch in ``count`` parts of like size, whose losses times shares add up to the batch's.

    None is of a single example, on which batch normalisation cannot train: a small batch is cut
    into fewer parts. With batch normalisation, each part is normalised by its own statistics.

    Args:
        inputs: (N, …).
        targets: (N,) class ids, (N, classes) probabilities, or (N, steps, names) numbers.
        weights: (classes,): what an example of each class counts in the loss; None is one each.
        count: How many parts; from 1.
    """
    count = max(1, min(count, len(targets) // 2))
    parts = zip(inputs.tensor_split(count), targets.tensor_split(count), strict=True)
    for some, their_targets in parts:
        yield MicroBatch(some, their_targets, _share(their_targets, targets, weights))


def _share(part: Tensor, whole: Tensor, weights: Tensor | None) -> Tensor:
    """What the mean loss of ``part`` counts in that of ``whole``, both of targets.

    Cross-entropy over class ids is a weighted mean; over probabilities, and where there are no
    weights, it is a mean over the examples.
    """
    if weights is None or whole.is_floating_point():
        return torch.full((), len(part) / len(whole), device=whole.device)
    return weights[part].sum() / weights[whole].sum()
