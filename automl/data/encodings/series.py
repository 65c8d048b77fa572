"""Series as numbers: whole ones, or the latest window of a long one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from automl.core.review import Line, Lines
from automl.data.encodings.encoding import Array, Encoding, Reading
from automl.data.series.latest_window import LatestWindow
from automl.data.series.rows import describe_shape
from automl.data.series.whole_series import WholeSeries

# More lines than these cannot be told apart.
MOST_LINES = 4


class SeriesEncoding(Encoding):
    """Steps of numbers, which the model standardizes by the train split's statistics."""

    kind: ClassVar[str] = "series"
    dtype: ClassVar[Literal["uint8", "int32", "float32"]] = "float32"

    length: Annotated[int, Field(ge=1)]
    """Steps of an example."""

    mean: tuple[float, ...]
    """Of each variable over the train split's steps."""

    std: tuple[float, ...]
    """Of each variable likewise; above 0."""

    from_last: Annotated[int, Field(ge=0)] = 0
    """So many of the first variables, those to forecast, are measured from their last value."""

    content: Annotated[WholeSeries | LatestWindow, Field(discriminator="unit")]
    """What a file holds: examples, or the past of the one to forecast."""

    @model_validator(mode="after")
    def _has_a_mean_for_each_variable(self) -> SeriesEncoding:
        named = len(self.content.variables)
        if isinstance(self.content, LatestWindow) and named != len(self.mean):
            raise ValueError(f"content has {named} variables, mean has {len(self.mean)}")
        return self

    @property
    def unit(self) -> str:  # type: ignore[override]  # here it depends on the content
        """``"series"`` or ``"windows"``."""
        return self.content.unit

    @property
    def shape(self) -> tuple[int, int]:
        """(length, variables)."""
        return self.length, len(self.mean)

    @property
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """Every variable to numbers around 0."""
        statistics = {"mean": list(self.mean), "std": list(self.std)}
        if self.from_last:
            return {"from_last": {**statistics, "targets": self.from_last}}
        return {"standardize": statistics}

    def describe(self) -> str:
        """As ``"24 steps × 1 variable"``."""
        return describe_shape(self.shape)

    def reads(self, path: Path) -> bool:
        """A table; a .ts file too, where series are whole."""
        return self.content.reads(path)

    def read(self, path: Path) -> Iterator[Reading]:
        """The series of a .ts file or of a table with a row each; to forecast, the latest window.

        Raises:
            DataError: the file cannot be read, or is too short.
        """
        return self.content.read(path, self.length, self.mean)

    def show(self, value: Array) -> Lines:
        """A line for each of the first ``MOST_LINES`` variables; those to forecast come first."""
        names = self.content.variables or tuple(f"variable {n + 1}" for n in range(len(self.mean)))
        pairs = zip(names[:MOST_LINES], value.T.tolist(), strict=False)
        return Lines(tuple(Line(name, 0, tuple(numbers)) for name, numbers in pairs))
