"""Reads whole series for prediction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from automl.core.errors import DataError
from automl.data.encodings.encoding import Reading
from automl.data.series.rows import check_series
from automl.data.series.ts_format import is_ts, read_ts
from automl.data.series.wide import read_unlabelled
from automl.data.tables.read import is_table


class WholeSeries(BaseModel):
    """Reads every series of a .ts file, or of a table with a row for each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["series"] = "series"

    ignored: tuple[str, ...] = ()
    """Columns of a table that are no steps: those of the label and the group."""

    variables: ClassVar[tuple[str, ...]] = ()
    """Its variables have no names."""

    def reads(self, path: Path) -> bool:
        """A .ts file or a table."""
        return is_ts(path) or is_table(path)

    def read(self, path: Path, length: int, mean: Sequence[float]) -> Iterator[Reading]:
        """An example for each series; one of another length or without a value has an error."""
        rows = read_ts(path) if is_ts(path) else read_unlabelled(path, self.ignored)
        for row, (place, series) in enumerate(zip(rows.places, rows.series, strict=True), start=1):
            name = f"{path} row {row:,}"
            try:
                yield Reading(name, check_series(place, series, (length, len(mean))))
            except DataError as error:
                yield Reading(name, error=str(error))
