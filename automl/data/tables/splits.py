"""Splits of the rows of a table: at random, by group or by time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.core.text import count
from automl.data.dataset import Clusters, Indices, Targets
from automl.data.splits import ClassSplits, clusters_of, split_classes, split_rows
from automl.data.tables.values import as_text, find_dates, read_dates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TableSplitter:
    """Splits the rows of a table at random, by group or by time.

    Args:
        seed: Seed of the split.
        group: Column of groups, whose rows stay together.
        time: Column of times, of which the latest rows are held out.
        keep_rare: Whether classes of one or two rows are kept in train; otherwise left out.
        time_format: Format of the times in the codes of ``strptime``; None to find it.

    Raises:
        DataError: Both a group and a time are given.
    """

    seed: int
    group: str | None = None
    time: str | None = None
    keep_rare: bool = False
    time_format: str | None = None

    def __post_init__(self) -> None:
        if self.group and self.time:
            raise DataError(
                f"--group {self.group!r} and --time {self.time!r}: rows are split by one of them"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it needs, which are no features: new rows have other groups and times."""
        return tuple(column for column in (self.group, self.time) if column)

    def split_by_class(
        self, frame: pd.DataFrame, targets: Targets, labels: tuple[str, ...]
    ) -> ClassSplits:
        """The rows of ``train``, ``validation`` and ``test``, and the classes that are left.

        Args:
            frame: Table.
            targets: (N,) class ids.
            labels: Class names.

        Raises:
            DataError: As in ``split``, or too few classes have enough rows.
        """

        def split(rows: Indices) -> dict[str, Indices]:
            return self.split(frame.iloc[rows], targets[rows])

        by_chance = not self.columns
        return split_classes(targets, labels, split, keep_rare=self.keep_rare, by_chance=by_chance)

    def split(self, frame: pd.DataFrame, classes: Targets | None = None) -> dict[str, Indices]:
        """Sorted row numbers of ``train``, ``validation`` and ``test``.

        Raises:
            DataError: A row has no group or time, or there are too few of them.
        """
        return split_rows(
            len(frame),
            self.seed,
            classes=classes,
            groups=as_text(_complete(frame, self.group)).to_list() if self.group else None,
            times=_sortable(_complete(frame, self.time), self.time_format) if self.time else None,
        )

    def clusters(self, frame: pd.DataFrame) -> Clusters | None:
        """Clusters of the rows of each group; None without a column of groups."""
        if self.group is None:
            return None
        return clusters_of(as_text(frame[self.group]).to_list())


def _complete(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    values = frame[column]
    missing = int(values.isna().sum())
    if missing:
        rows = f"{count(missing, 'row')} {'has' if missing == 1 else 'have'}"
        raise DataError(f"{rows} no value in {column!r}, by which rows are split")
    return values


def _sortable(values: pd.Series[Any], given: str | None) -> npt.NDArray[Any]:
    from pandas.api import types

    if types.is_numeric_dtype(values):
        return values.to_numpy()  # type: ignore[no-any-return]
    forms: tuple[str, ...] | None = ()
    if not types.is_datetime64_any_dtype(values):
        found = find_dates(values, given)
        forms = None if found is None else found.forms
    moments = [None] * len(values) if forms is None else read_dates(values, forms)
    if None in moments:
        wrong = str(values.iloc[moments.index(None)])[:60]
        raise DataError(
            f"--time {values.name!r}: rows are split by dates or numbers, and {wrong!r} is neither"
        )
    return np.array(moments, "datetime64[us]").astype(np.int64)
