"""Reads whole series for prediction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from automl.core.errors import DataError
from automl.data.encodings.encoding import Reading
from automl.data.series.rows import check_series
from automl.data.series.ts_format import read_ts
from automl.data.series.wide import read_unlabelled


class WholeSeries(BaseModel):
    """Reads every series of a .ts file, or of a table with a row for each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["series"] = "series"

    ignored: tuple[str, ...] = ()
    """Columns of a table that are no steps: those of the label and the group."""

    def read(self, path: Path, length: int, mean: Sequence[float]) -> Iterator[Reading]:
        """An example for each series; one of another length or without a value has an error."""
        is_ts = path.suffix.lower() == ".ts"
        rows = read_ts(path) if is_ts else read_unlabelled(path, self.ignored)
        for place, series in zip(rows.places, rows.series, strict=True):
            try:
                value = check_series(place, series, (length, len(mean)))
                yield Reading(f"{path.name} {place}", value)
            except DataError as error:
                yield Reading(f"{path.name} {place}", error=str(error))
