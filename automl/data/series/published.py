"""Published series to forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.data.catalogue.fetch import fetch
from automl.data.series.forecast import ForecastSource
from automl.data.source import Announce
from automl.data.tables.read import read_table

if TYPE_CHECKING:
    import pandas as pd


class PublishedSeries(ForecastSource):
    """A file of the catalogue."""

    def read(self, name: str, announce: Announce) -> pd.DataFrame:
        """The catalogue's file ``name``, fetched if it is not on this machine."""
        return read_table(fetch(name, announce))
