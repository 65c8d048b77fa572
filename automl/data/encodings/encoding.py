"""What every encoding is: from a user's file to the array that a model takes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from automl.core.review import Example
from automl.core.shape import Shape, Tokens

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Reading:
    """One example of a file, or why there is none.

    Args:
        name: How to call it: the file, or the file and the row.
        value: The example, without a batch axis; None if it cannot be read.
        error: Why not.
    """

    name: str
    value: Array | None = None
    error: str = ""


class Encoding(BaseModel, ABC):
    """How a dataset's examples are turned into arrays; learned from its train split alone.

    The fields are plain values, so that they travel in a bundle, and prediction reads a user's
    files as training did.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: ClassVar[str]
    """Its name in ``ENCODINGS``."""

    unit: ClassVar[str]
    """What an example is called, in the plural: ``"images"``. Exported models call their input so.
    """

    dtype: ClassVar[Literal["uint8", "int32", "float32"]]
    """Of the arrays that a model takes."""

    @property
    @abstractmethod
    def shape(self) -> Shape | Tokens:
        """Of one example, as the first layer sees it."""

    @property
    @abstractmethod
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """What the model does first, as ``{name: options}`` of the models' ``PREPROCESSING``."""

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Of one example in the array that a model takes; of a text, the most there can be."""
        return tuple(self.shape)

    @abstractmethod
    def describe(self) -> str:
        """An example in a few words: ``"1×28×28"``."""

    @abstractmethod
    def reads(self, path: Path) -> bool:
        """Whether the name of a file says that ``read`` is for it; of a folder, others are not."""

    @abstractmethod
    def read(self, path: Path) -> Iterator[Reading]:
        """The examples in a user's file, as the model takes them.

        Where a file holds several, the n-th is called ``FILE row n``, counted from 1. One that
        cannot be read has an error; of a wide table of series that is the whole file.

        Raises:
            DataError: the file as a whole cannot be read.
        """

    @abstractmethod
    def show(self, value: Array) -> Example:
        """An example as people can look at it, as far as the model sees it.

        Args:
            value: One example of a split, or of a reading.
        """

    def stack(self, values: Sequence[Array]) -> Array:
        """A batch of examples as one array, (N, …)."""
        return np.stack(values)
