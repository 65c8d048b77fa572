"""The encoding of series: whole ones, or the latest window of a long one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from automl.core.error_analysis import SeriesExample, SeriesLine
from automl.core.errors import DataError
from automl.data.encoding import Array, Encoding, Reading
from automl.data.series.arrays import SeriesRows, check_series, describe_shape
from automl.data.series.items import LongColumns
from automl.data.series.layouts import is_ts, read_long, read_ts, read_unlabelled
from automl.data.series.variables import LatestWindow
from automl.data.tables.reader import is_table, read_table

MOST_LINES = 4
"""Variables that people are shown: more lines cannot be told apart."""


class WholeSeries(BaseModel):
    """Reads the series of a .ts file, or of a table with a row for each series or each step."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["series"] = "series"

    ignored: tuple[str, ...] = ()
    """Columns of a table that are not steps: those of the label and the group first."""

    item: str = ""
    """Column that tells series apart; empty if each row is a series."""

    time: str = ""
    """Column of times that rows of a series are sorted by; empty if they are in order."""

    values: tuple[str, ...] = ()
    """Columns of the variables; empty if each row is a series."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables; empty if they have no names."""
        return self.values

    @property
    def columns(self) -> LongColumns:
        """The columns of a table with a row for each step."""
        return LongColumns(self.item, self.time, self.values)

    def reads(self, path: Path) -> bool:
        """Whether the file is a .ts file or a table."""
        return is_ts(path) or is_table(path)

    def read(self, path: Path, shape: tuple[int, int], padded: bool) -> Iterator[Reading]:
        """An example for each series; one that does not fit has an error instead of a value."""
        rows = self._rows(path)
        for row, (place, series) in enumerate(zip(rows.places, rows.series, strict=True), start=1):
            name = f"{path} {place}" if self.item else f"{path} row {row:,}"
            item = place if self.item else ""
            try:
                value = check_series(place, series, shape, padded)
            except DataError as error:
                yield Reading(name, error=str(error), item=item)
            else:
                yield Reading(name, value, item=item)

    def _rows(self, path: Path) -> SeriesRows:
        if is_ts(path):
            return read_ts(path)
        if not self.item:
            return read_unlabelled(path, self.ignored)
        try:
            return read_long(read_table(path), self.columns)
        except DataError as error:
            raise DataError(f"{path}: {error}") from None


class SeriesEncoding(Encoding):
    """Steps of numbers: whole series as they are, windows in standard units."""

    kind: ClassVar[str] = "series"
    dtype: ClassVar[Literal["uint8", "int32", "float32"]] = "float32"
    example_file: ClassVar[str] = "series.csv"
    inputs_note: ClassVar[str] = (
        "The oldest step goes in first. Whole series go in as they are, and bringing each variable "
        "to mean 0 and standard deviation 1 is part of the model; the window of a forecast goes in "
        "as `(value - mean) / std` of the encoding, computed in float64."
    )
    limit_note: ClassVar[str] = (
        "It sees {0} steps of {1} variables, in the units and at the pace of its training."
    )

    length: Annotated[int, Field(ge=1)]
    """Steps of an example."""

    mean: tuple[float, ...]
    """Mean of each variable over the steps of the train split."""

    std: tuple[float, ...]
    """Standard deviation of each variable, above 0. For windows, the unit that values are given in:
    ``(value - mean) / std``, computed in float64."""

    spread: tuple[float, ...] = ()
    """For windows, the standard deviation of each variable in these units that the model divides
    by; above 0."""

    targets: Annotated[int, Field(ge=0)] = 0
    """Number of variables that are forecast; they come first."""

    padded: bool = False
    """Whether whole series may be shorter than ``length``; NaN is then behind them."""

    from_last: bool = False
    """Whether the forecast variables are measured from their last value in the window."""

    by_window: bool = False
    """Whether the forecast variables have mean 0 and standard deviation 1 in each window."""

    season: Annotated[int, Field(ge=1)] = 1
    """For windows, the steps after which the series repeats itself; 1 if it does not."""

    content: Annotated[WholeSeries | LatestWindow, Field(discriminator="unit")]
    """What a file holds: whole series, or the past of what is forecast."""

    @model_validator(mode="after")
    def _has_a_mean_for_each_variable(self) -> SeriesEncoding:
        named = len(self.content.variables)
        if isinstance(self.content, WholeSeries):
            return self
        sizes = {"mean": len(self.mean), "std": len(self.std), "spread": len(self.spread)}
        for name, size in sizes.items():
            if named != size:
                raise ValueError(f"content has {named} variables, {name} has {size}")
        if not 0 < self.targets <= named:
            raise ValueError(f"{self.targets} targets, of {named} variables")
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
    def level(self) -> Literal["window", "revin", "train"]:
        """What forecast variables are measured from, as an option of the dataset."""
        if self.by_window:
            return "revin"
        return "window" if self.from_last else "train"

    @property
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """Brings every variable to numbers around 0."""
        if isinstance(self.content, WholeSeries):
            options = {"mean": list(self.mean), "std": list(self.std)}
            return {"standardize": {**options, **({"padded": True} if self.padded else {})}}
        kind = {"window": "from_last", "revin": "revin", "train": "standardize"}[self.level]
        options = {"mean": [0.0] * len(self.mean), "std": list(self.spread)}
        return {kind: {**options, "targets": self.targets}}

    @property
    def steps(self) -> tuple[str, ...]:
        """The columns that name a step of a forecast: the item, if any, and its time or number."""
        if isinstance(self.content, WholeSeries):
            return ()
        item = ("item",) if self.content.items else ()
        return (*item, "time" if self.content.time.names else "step")

    def describe(self) -> str:
        """The shape, as in ``"24 steps × 1 variable"``."""
        return f"{'up to ' if self.padded else ''}{describe_shape(self.shape)}"

    def reads(self, path: Path) -> bool:
        """Whether the file is a table, or a .ts file where series are whole."""
        return self.content.reads(path)

    def read(self, path: Path) -> Iterator[Reading]:
        """The whole series of a file; to forecast, the latest window of each item.

        Raises:
            DataError: The file cannot be read, or is too short.
        """
        if isinstance(self.content, WholeSeries):
            return self.content.read(path, self.shape, self.padded)
        return self.content.read(path, self.length, self.mean, self.std)

    def show(self, value: Array) -> SeriesExample:
        """A line for each of the first ``MOST_LINES`` variables, in the variables' own units.

        Variables that are forecast come first.
        """
        if self.padded:
            value = value[~np.isnan(value).all(axis=1)]
        names = self.content.variables or tuple(f"variable {n + 1}" for n in range(len(self.mean)))
        columns = value.T.tolist()
        if not isinstance(self.content, WholeSeries):
            units = zip(self.mean, self.std, columns, strict=True)
            columns = [[mean + std * each for each in column] for mean, std, column in units]
        pairs = zip(names[:MOST_LINES], columns, strict=False)
        return SeriesExample(tuple(SeriesLine(name, 0, tuple(numbers)) for name, numbers in pairs))
