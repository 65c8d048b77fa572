"""A user's own table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.data.source import Announce, Source
from automl.data.tables.assemble import assemble
from automl.data.tables.cut import Cut
from automl.data.tables.read import read_table
from automl.data.tables.target import check_column, find_target

if TYPE_CHECKING:
    import pandas as pd


class TableFile(Source):
    """A CSV, TSV, JSON lines or Parquet file, a row an example; ``read_table`` says more."""

    kind: ClassVar[str] = "table"

    target: str | None = None
    """The column that is predicted. By default the first that is called target, label, class,
    outcome, price or y, else the last."""

    group: str | None = None
    """A column whose rows of one value stay in one split, as those of a patient; no feature."""

    time: str | None = None
    """A column of dates or numbers by which the latest rows are held out; no feature."""

    drop: str | None = None
    """Columns that are no features, with commas between them."""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the file ``name``; 70 % of its rows are train, 15 % validation and 15 % test."""
        path = Path(name).expanduser()
        frame = read_table(path)
        try:
            return self._assemble(path.name, frame.drop(columns=self._dropped(list(frame))), seed)
        except DataError as error:
            raise DataError(f"{path}: {error}") from None

    def _assemble(self, name: str, frame: pd.DataFrame, seed: int) -> Dataset:
        columns = list(frame)
        for option, column in (("--group", self.group), ("--time", self.time)):
            if column is not None:
                check_column(columns, column, option)
        cut = Cut(seed, self.group, self.time)
        target = find_target([name for name in columns if name not in cut.columns], self.target)
        dataset = assemble(name, frame, target, cut)
        if self.target is not None:
            return dataset
        guess = f"predicts {target!r}; --target names another column"
        return replace(dataset, notes=(guess, *dataset.notes))

    def _dropped(self, columns: list[str]) -> list[str]:
        names = [name.strip() for name in (self.drop or "").split(",") if name.strip()]
        return [check_column(columns, name, "`drop`") for name in names]
