"""Sets of the UCR time series classification archive (https://www.timeseriesclassification.com)."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from automl.core.errors import DataError
from automl.data.catalogue.fetch import fetch
from automl.data.dataset import Dataset
from automl.data.series.classified import assemble, class_ids
from automl.data.series.rows import SeriesRows
from automl.data.series.ts_format import read_ts
from automl.data.source import Announce, Source
from automl.data.splits import FIXED_SEED, SHARE, check_enough, split_indices

# Of so few train series, 15 % would rank models by chance.
SMALL = 200
SHARE_OF_SMALL = 1 / 3


class UcrSource(Source):
    """A set with the test split it was published with; validation is cut from its train split.

    Attributes:
        archive_name: What the archive calls it.
    """

    kind = "series"
    archive_name: ClassVar[str]

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """15 % of the train series are for validation; a third if there are under 200."""
        folder = fetch(name, announce)
        train, test = (self._read(folder, split) for split in ("TRAIN", "TEST"))
        rows = SeriesRows(
            (*train.places, *test.places),
            (*train.series, *test.series),
            (*(train.labels or ()), *(test.labels or ())),
        )
        try:
            return _dataset(name, rows, len(train.series))
        except DataError as error:
            raise DataError(f"{name}: {error}") from None

    def _read(self, folder: Path, split: str) -> SeriesRows:
        return read_ts(folder / f"{self.archive_name}_{split}.ts")


class ArrowHead(UcrSource):
    """Outlines of arrowheads, 251 steps, of three kinds: 36 train + 175 test."""

    archive_name = "ArrowHead"


class GunPoint(UcrSource):
    """A hand drawing a gun or pointing, 150 steps: 50 train + 150 test."""

    archive_name = "GunPoint"


class ItalyPowerDemand(UcrSource):
    """A day's electricity in Italy, 24 hours, in winter or summer: 67 train + 1,029 test."""

    archive_name = "ItalyPowerDemand"


def _dataset(name: str, rows: SeriesRows, train_rows: int) -> Dataset:
    labels, targets = class_ids(rows.labels or ())
    given = {"train": targets[:train_rows], "test": targets[train_rows:]}
    check_enough(given, labels)
    share = SHARE_OF_SMALL if train_rows < SMALL else SHARE
    train, validation = split_indices(given["train"], [share], FIXED_SEED)
    test = np.arange(train_rows, len(targets))
    notes = (
        f"validation is {len(validation)} of the {train_rows} train series: a third, for the set "
        "is small",
    )
    return assemble(
        name,
        rows,
        {"train": train, "validation": validation, "test": test},
        notes=notes if train_rows < SMALL else (),
    )
