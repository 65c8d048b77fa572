"""How a table's rows are cut into splits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.data.dataset import Indices, Targets
from automl.data.splits import check_enough, cut_rows
from automl.data.tables.roles import find_date_form
from automl.data.tables.values import as_text, parse_dates

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cut:
    """At random, by group or by time.

    Args:
        seed: Of the cut.
        group: The column that says whose rows stay together.
        time: The column that says which rows are the latest; they are held out.

    Raises:
        DataError: Both a group and a time are given.
    """

    seed: int
    group: str | None = None
    time: str | None = None

    def __post_init__(self) -> None:
        if self.group and self.time:
            raise DataError(
                f"--group {self.group!r} and --time {self.time!r}: rows are cut by one, not by both"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """What it needs; they are no features, for rows to come have other values there."""
        return tuple(column for column in (self.group, self.time) if column)

    def rows(
        self, frame: pd.DataFrame, targets: Targets, labels: tuple[str, ...]
    ) -> dict[str, Indices]:
        """Sorted indices of ``train``, ``validation`` and ``test``.

        Raises:
            DataError: A row has no group or time, or there are too few of them, or a split lacks a
                class.
        """
        parts = cut_rows(
            len(frame),
            self.seed,
            classes=targets if labels else None,
            groups=as_text(_complete(frame, self.group)).to_list() if self.group else None,
            times=_sortable(_complete(frame, self.time)) if self.time else None,
        )
        if labels:
            check_enough({name: targets[part] for name, part in parts.items()}, labels)
        return parts


def _complete(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    values = frame[column]
    missing = int(values.isna().sum())
    if missing:
        raise DataError(f"{missing:,} rows have nothing in {column!r}, by which rows are cut")
    return values


def _sortable(values: pd.Series[Any]) -> npt.NDArray[Any]:
    from pandas.api import types

    if types.is_numeric_dtype(values):
        return values.to_numpy()  # type: ignore[no-any-return]
    if types.is_datetime64_any_dtype(values):
        return parse_dates(values, None).to_numpy(np.int64)  # type: ignore[no-any-return]
    form = find_date_form(values)
    if form is None:
        first = str(values.iloc[0])[:60]
        raise DataError(
            f"--time {values.name!r}: rows are cut by dates or numbers, and {first!r} is neither"
        )
    return parse_dates(values, form).to_numpy(np.int64)  # type: ignore[no-any-return]
