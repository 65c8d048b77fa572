"""Encodings: how an example in a user's file becomes the array that a model takes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from automl.core.data_types import Shape, Tokens
from automl.core.error_analysis import Example
from automl.core.registry import Registry

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Reading:
    """One example of a file, or the reason why it cannot be read.

    Args:
        name: Name of the example in messages: the file, or the file and the row.
        value: Encoded example without a batch axis; None if it cannot be read.
        error: Reason why it cannot be read; empty otherwise.
        row: Cells of the example's row by column, None where a cell is missing. Filled in for
            tables, and there only on request.
        note: Remarks on how the whole file was read; set on its first example only.
        item: Series that a forecast continues; empty if the file holds one series.
        times: Time of each step of a forecast.
    """

    name: str
    value: Array | None = None
    error: str = ""
    row: Mapping[str, Any] | None = None
    note: str = ""
    item: str = ""
    times: tuple[str, ...] = ()


class Encoding(BaseModel, ABC):
    """How a dataset's examples become arrays; learned from its train split alone.

    The fields are plain values and are saved in the bundle, so that prediction reads a user's files
    as training did.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: ClassVar[str]
    """Its name in ``ENCODINGS``."""

    unit: ClassVar[str]
    """Plural name of an example: ``"images"``. Exported models name their input after it."""

    dtype: ClassVar[Literal["uint8", "int32", "float32"]]
    """Data type of the arrays that a model takes."""

    example_file: ClassVar[str]
    """Name of a file that a user might predict: ``"image.png"``."""

    inputs_note: ClassVar[str]
    """What goes into a model unchanged, and what the model does with it first, for its card."""

    limit_note: ClassVar[str]
    """What a model does not see; ``{0}``, ``{1}`` … are the numbers of ``shape``."""

    @property
    @abstractmethod
    def shape(self) -> Shape | Tokens:
        """Shape of one example, without a batch axis, as the first layer sees it."""

    @property
    @abstractmethod
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """First steps of a model, as ``{name: options}`` of the models' ``PREPROCESSING``."""

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Shape of one example in the array that a model takes; of a text, the largest."""
        return tuple(self.shape)

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps of a forecast; empty where nothing is forecast."""
        return ()

    @abstractmethod
    def describe(self) -> str:
        """Size of an example in a few words: ``"1×28×28"``."""

    @abstractmethod
    def reads(self, path: Path) -> bool:
        """Whether ``read`` can read a file, by its name; in a folder, other files are skipped."""

    @abstractmethod
    def read(self, path: Path) -> Iterator[Reading]:
        """The examples in a user's file, as the model takes them.

        In a file of several examples, the n-th is called ``FILE row n``, counted from 1. An example
        that cannot be read has an error; in a wide table of series, that is the whole file.

        Raises:
            DataError: The file as a whole cannot be read.
        """

    @abstractmethod
    def show(self, value: Array) -> Example:
        """What the model sees of an example, in a form for people.

        Args:
            value: One example, without a batch axis.
        """

    def stack(self, values: Sequence[Array]) -> Array:
        """A batch of examples as one array, (N, …)."""
        return np.stack(values)


ENCODINGS: Registry[type[Encoding]] = Registry(
    "encoding",
    {
        "images": "automl.data.images.encoding:ImageEncoding",
        "text": "automl.data.text.encoding:TextEncoding",
        "table": "automl.data.tables.encoding:TableEncoding",
        "series": "automl.data.series.encoding:SeriesEncoding",
    },
)
