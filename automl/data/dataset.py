"""What every dataset is, wherever it came from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Images = npt.NDArray[np.uint8]
Targets = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Examples of one split.

    Args:
        inputs: Images, uint8 (N, channels, height, width), C-contiguous.
        targets: Class ids, int64 (N,), each an index into the dataset's labels.
    """

    inputs: Images
    targets: Targets

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"{len(self.inputs)} inputs, but {len(self.targets)} targets")

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, indices: Indices) -> Split:
        """The examples at ``indices``, copied, in their order."""
        return Split(self.inputs[indices], self.targets[indices])


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three splits of labelled images; the search sees ``train`` and ``validation`` alone.

    Args:
        name: Short name, for people.
        train: What models are fitted on.
        validation: What trials are ranked on.
        test: Opened once, for the final model.
        labels: Class names; a target is an index into them.
        mean: Mean of the train split per channel, pixels counted from 0 to 1.
        std: Standard deviation likewise; at least 1/255, so that one can divide by it.
        notes: What the user should be told, a sentence each.
        fingerprint: SHA-256 (hexadecimal) of the inputs, targets and labels; the same content has
            the same fingerprint on every machine.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    labels: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    notes: tuple[str, ...]
    fingerprint: str

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of every image."""
        channels, height, width = self.train.inputs.shape[1:]
        return channels, height, width

    def describe(self) -> str:
        """In a line: sizes of the splits, shape of an image, number of classes."""
        channels, height, width = self.shape
        return (
            f"{self.name}, {len(self.train):,} train + {len(self.validation):,} validation images "
            f"({len(self.test):,} test kept aside), {channels}×{height}×{width}, "
            f"{len(self.labels)} classes"
        )
