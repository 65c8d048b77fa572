"""From the rows of a table to the variables of a series, in training and in prediction alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from automl.core.errors import DataError
from automl.data.encodings.encoding import Reading
from automl.data.series.calendar import Cycle, places_in
from automl.data.series.numbers import Floats, as_numbers
from automl.data.series.time_columns import TimeColumns
from automl.data.series.timeline import in_order
from automl.data.tables.read import is_table, read_table

if TYPE_CHECKING:
    import pandas as pd


class LatestWindow(BaseModel):
    """Reads the latest steps of a table with a row for each step of time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["windows"] = "windows"

    time: TimeColumns
    """The columns that say when a row was."""

    numbers: tuple[str, ...]
    """Columns that are a variable each: the targets, then the others."""

    categories: Mapping[str, tuple[str, ...]]
    """Columns of names, and the names; each name is a variable that is 1 where it is the value."""

    cycles: tuple[Cycle, ...]
    """Each is two variables: where in it a time is, as sine and cosine."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Their names, in order."""
        return (
            *self.numbers,
            *(f"{column} {name}" for column, names in self.categories.items() for name in names),
            *(f"{cycle} {wave}" for cycle in self.cycles for wave in ("sine", "cosine")),
        )

    def values(self, frame: pd.DataFrame, times: pd.Series[Any]) -> Floats:
        """The variables of each row, float32 (rows, variables); NaN where a number is missing.

        Raises:
            DataError: A column is missing, a value is no number, or the times are no dates.
        """
        absent = [each for each in (*self.numbers, *self.categories) if each not in frame.columns]
        if absent:
            raise DataError(f"there is no column {absent[0]!r}, which the model was trained with")
        if self.cycles and times.dtype.kind != "M":
            where = ", ".join(map(repr, self.time.names)) or "the row number"
            raise DataError(f"{where} must hold dates, as it did in training, not plain numbers")
        columns: list[Any] = [as_numbers(frame[column]) for column in self.numbers]
        for column, names in self.categories.items():
            text = frame[column].astype(str)
            columns.extend((text == name).to_numpy() for name in names)
        for cycle in self.cycles:
            columns.extend(places_in(cycle, times).T)
        return np.stack(columns, axis=1, dtype=np.float32, casting="unsafe")

    def reads(self, path: Path) -> bool:
        """A table."""
        return is_table(path)

    def read(self, path: Path, length: int, mean: Sequence[float]) -> Iterator[Reading]:
        """One example: the last ``length`` rows of the file, in the order of their time."""
        frame = read_table(path)
        if len(frame) < length:
            raise DataError(f"{path}: {len(frame)} rows, but a forecast needs the last {length}")
        try:
            line = in_order(frame, self.time)
            steps = fill_forward(self.values(line.frame, line.times), mean)
        except DataError as error:
            raise DataError(f"{path}: {error}") from None
        yield Reading(str(path), np.ascontiguousarray(steps[-length:]))


def fill_forward(values: Floats, mean: Sequence[float]) -> Floats:
    """Each missing value becomes the last one before it, or the mean where there is none.

    Args:
        values: (steps, variables).
        mean: Of each variable on the train split.

    Returns:
        float32 (steps, variables), nothing missing; no value comes from a later step.
    """
    import pandas as pd

    filled = pd.DataFrame(values).ffill().fillna(dict(enumerate(mean)))
    return np.ascontiguousarray(filled, np.float32)
