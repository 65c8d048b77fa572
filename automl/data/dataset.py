"""What every dataset is, wherever it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.shape import PADDING
from automl.core.target import Target
from automl.data.encodings.encoding import Encoding

Images = npt.NDArray[np.uint8]
Targets = npt.NDArray[Any]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Examples of one split.

    Args:
        inputs: (N, …), C-contiguous: images as uint8 (N, channels, height, width), texts as int32
            (N, length) tokens with ``PADDING`` behind them, tables and series as float32.
        targets: As the dataset's ``Target`` says: int64 (N,) or float32 (N, steps, names).
    """

    inputs: npt.NDArray[Any]
    targets: Targets

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"{len(self.inputs)} inputs, but {len(self.targets)} targets")

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, indices: Indices) -> Split:
        """The examples at ``indices``, copied, in their order."""
        return Split(self.inputs[indices], self.targets[indices])

    def followed_by(self, other: Split) -> Split:
        """The examples of both, copied, those of ``other`` last; texts as long as the longest."""
        parts = (self.inputs, other.inputs)
        longest = np.max([each.shape[1:] for each in parts], axis=0)
        inputs = np.concatenate([_padded(each, longest) for each in parts])
        return Split(inputs, np.concatenate([self.targets, other.targets]))


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three splits of examples; the search sees ``train`` and ``validation`` alone.

    Args:
        name: Short name, for people.
        task: Name of the task that its targets call for: ``"tabular_regression"``.
        train: What models are fitted on.
        validation: What trials are ranked on.
        test: Opened once, for the final model.
        encoding: How its examples became arrays.
        target: What is predicted.
        notes: What the user should be told, a sentence each.
        fingerprint: SHA-256 (hexadecimal) of what was read: the same content has the same
            fingerprint on every machine, whatever the encoding.
    """

    name: str
    task: str
    train: Split
    validation: Split
    test: Split
    encoding: Encoding
    target: Target
    notes: tuple[str, ...]
    fingerprint: str

    def joined(self) -> Dataset:
        """The same with the validation split in the train split, too.

        For a model that has nothing left to choose: what is measured on validation says nothing.
        """
        return replace(self, train=self.train.followed_by(self.validation))

    def describe(self) -> str:
        """In a line: sizes of the splits, an example, what is predicted."""
        return (
            f"{self.name}, {len(self.train):,} train + {len(self.validation):,} validation "
            f"{self.encoding.unit} ({len(self.test):,} test kept aside), "
            f"{self.encoding.describe()}, {self.target}"
        )


def _padded(inputs: npt.NDArray[Any], shape: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Examples of ``shape``, with padding behind those that are shorter."""
    missing = [(0, 0), *((0, int(each)) for each in shape - inputs.shape[1:])]
    return np.pad(inputs, missing, constant_values=PADDING) if any(map(any, missing)) else inputs
