"""The losses of one reporting step, watched for the first that is not finite."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from automl.training.diverged import Diverged

# Each reading waits for a GPU to catch up, so there it is done once for so many batches.
READ_EVERY = 16


class Losses:
    """Takes the loss of each batch as it comes; reads it at once on the CPU, soon on a GPU.

    Args:
        device: Where the losses are computed.
        steps_before: Optimiser steps taken before the first of them.
        steps_per_epoch: Optimiser steps of an epoch.
    """

    def __init__(self, device: torch.device, steps_before: int, steps_per_epoch: int) -> None:
        self._read_every = 1 if device.type == "cpu" else READ_EVERY
        self._step, self._steps_per_epoch = steps_before, steps_per_epoch
        self._unread: list[tuple[Tensor, int]] = []
        self._total, self._examples = 0.0, 0

    def add(self, loss: Tensor, examples: int) -> None:
        """Note the mean ``loss`` of a batch of ``examples``, a scalar on the device.

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
