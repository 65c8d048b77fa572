"""A user's own series to forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from automl.data.series.forecast import ForecastSource
from automl.data.source import Announce
from automl.data.tables.read import read_table

if TYPE_CHECKING:
    import pandas as pd


class SeriesFile(ForecastSource):
    """A table with a row for each step of time: CSV, TSV, Parquet or JSON lines."""

    def read(self, name: str, announce: Announce) -> pd.DataFrame:
        """The file ``name``."""
        return read_table(Path(name))
