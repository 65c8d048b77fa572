"""A user's own series to classify."""

from __future__ import annotations

from pathlib import Path

from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.data.series.classified import assemble, class_ids
from automl.data.series.rows import SeriesRows
from automl.data.series.ts_format import is_ts, read_ts
from automl.data.series.wide import read_wide
from automl.data.source import Announce, Source
from automl.data.splits import check_enough, cut_rows


class LabelledSeries(Source):
    """A .ts file, or a table with a row for each series and a column for each step.

    All series have one length; those of a table have one variable.
    """

    kind = "series"

    target: str | None = None
    """The column of a table with the labels. By default the only one that holds no numbers, else
    that named label, class, target or y."""

    group: str | None = None
    """The column of a table that says whose a series is; the series of one stay in one split."""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the file ``name``: 70 % train, 15 % validation and 15 % test."""
        path = Path(name)
        rows, ignored = self._read(path)
        try:
            return _dataset(path.stem, rows, ignored, seed)
        except DataError as error:
            raise DataError(f"{name}: {error}") from None

    def _read(self, path: Path) -> tuple[SeriesRows, tuple[str, ...]]:
        if not is_ts(path):
            return read_wide(path, self.target, self.group)
        for option in ("target", "group"):
            if getattr(self, option) is not None:
                raise DataError(f"{path}: a .ts file has no columns, so leave out --{option}")
        return read_ts(path), ()


def _dataset(name: str, rows: SeriesRows, ignored: tuple[str, ...], seed: int) -> Dataset:
    if rows.labels is None:
        raise DataError("the series have no labels; a line ends with one (@classLabel true)")
    labels, targets = class_ids(rows.labels)
    check_enough({"train": targets}, labels)
    parts = cut_rows(len(targets), seed, classes=targets, groups=rows.groups)
    return assemble(name, rows, parts, ignored=ignored)
