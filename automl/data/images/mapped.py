"""Images that stay in their file."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Split, Targets

ImageShape = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class MappedSplit(Split):
    """A split whose inputs are pages of a file, in memory only while there is room for them.

    To another process it goes as the file's name and a place in it, so that all workers of a
    machine share the pages; Ray's object store, and pickle, would copy the array.
    """

    inputs: np.memmap[Any, Any]

    def __reduce__(self) -> tuple[Any, ...]:
        return map_split, (self._file, self._first, self.inputs.shape[1:], self.targets)

    @property
    def _file(self) -> Path:
        return Path(str(self.inputs.filename))

    @property
    def _first(self) -> int:
        """Where it begins in its file, in images."""
        return int(self.inputs.offset // prod(self.inputs.shape[1:]))

    def followed_by(self, other: Split) -> Split:
        """The examples of both; where ``other`` is what comes next in the file, without a copy."""
        if not (isinstance(other, MappedSplit) and self._goes_on_in(other)):
            return super().followed_by(other)
        targets = np.concatenate([self.targets, other.targets])
        return map_split(self._file, self._first, self.inputs.shape[1:], targets)

    def _goes_on_in(self, other: MappedSplit) -> bool:
        same = self._file == other._file and self.inputs.shape[1:] == other.inputs.shape[1:]
        return same and self._first + len(self) == other._first


def map_split(file: Path, first: int, shape: ImageShape, targets: Targets) -> MappedSplit:
    """The split that begins with image number ``first`` of ``file``, read-only.

    Args:
        file: Images of ``shape``, one behind the other, as bytes.
        first: Where the split begins, in images.
        shape: (channels, height, width).
        targets: Class ids (N,); as many images are the split's.

    Raises:
        DataError: The file is not on this machine.
    """
    try:
        inputs = np.memmap(file, np.uint8, "r", first * prod(shape), (len(targets), *shape))
    except OSError as error:
        raise DataError(f"the decoded images are not on this machine: {error}") from None
    return MappedSplit(inputs, targets)
