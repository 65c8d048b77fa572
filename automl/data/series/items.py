"""Which of many series a row of a table is of: finds the columns that say so."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Indices
from automl.data.series.arrays import holds_numbers
from automl.data.tables.columns import as_text
from automl.data.tables.roles import check_column

if TYPE_CHECKING:
    import pandas as pd

FLAG = "--item"
NO_ITEM = "none"
"""Value of --item that says that there is one series, or that each row is a series."""

SAYS_ITEM = re.compile(
    r"(?:^|[\W_])(?:items?|id|uid|store|shop|series|product|sku|symbol|ticker|stock|sensor|station|"
    r"region|country|city|state|site|device|name|code|location|meter|machine|branch|market|zone|"
    r"customer|plant|line|group|category|family|article|asset|house|building|turbine|patient|key)"
    r"(?:[\W_]|$)|[a-z](?:Id|ID)$",
)

STEP_NAMES = (
    *("time", "t", "step", "date", "datetime", "timestamp", "ds", "tick", "index", "seq", "order"),
)

OFTEN = 0.3
"""Share of repeated times above which any column may be the item."""

SELDOM = 0.02
"""Share of repeated times above which a column whose name says so may be the item."""

FEWEST = 3
"""Fewest rows of an item, on average."""

FEWEST_IN_A_RUN = 20
"""Fewest rows of an item whose rows all come before those of the next."""

MOST_COLUMNS = 12
"""Most columns that are tried."""


def given_items(columns: list[str], given: str) -> tuple[str, ...]:
    """The columns that a user named, with commas between them.

    Raises:
        DataError: There is no such column.
    """
    if given in columns:
        return (given,)
    return tuple(check_column(columns, name.strip(), FLAG) for name in given.split(","))


def find_items(frame: pd.DataFrame, times: pd.Series[Any], repeats: bool) -> tuple[str, ...]:
    """The columns that tell series to forecast apart; none if the table has one series.

    Args:
        frame: Rows in the order of the file, without the columns of the time.
        times: Time of each row.
        repeats: Whether times repeat for a reason that is not known.
    """
    others = [name for name in frame if frame[name].dtype.kind != "M"]
    names = [name for name in others if may_be_item(frame[name])][:MOST_COLUMNS]
    if not repeats:
        return next(((name,) for name in names if _follow_one_another(frame[name], times)), ())
    share = times.duplicated().mean()
    for count in (1, 2):
        if share < OFTEN:
            names = [name for name in names if says_item(name)]
        if share < SELDOM:
            break
        fits = [each for each in combinations(names, count) if _are_series(frame, times, each)]
        if fits:
            return min(fits, key=lambda each: (not all(map(says_item, each)), _count(frame, each)))
    return ()


def _are_series(frame: pd.DataFrame, times: pd.Series[Any], names: tuple[str, ...]) -> bool:
    """Whether no item has a time twice, and items have several rows."""
    items, called = number_items(frame, names)
    keys = frame[[]].assign(item=items, time=times)
    return len(called) * FEWEST <= len(frame) and not keys.duplicated().any()


def _follow_one_another(column: pd.Series[Any], times: pd.Series[Any]) -> bool:
    """Whether the rows of each item follow one another, with a jump of the time between items."""
    name = str(column.name)
    if holds_numbers(column) and not says_item(name):
        return False
    items, called = number_items(column.to_frame(), (name,))
    changes = np.flatnonzero(np.diff(items))
    if len(changes) != len(called) - 1 or np.bincount(items).min() < FEWEST_IN_A_RUN:
        return False
    steps = np.diff(times.to_numpy().astype(np.float64))
    return says_item(name) or bool((steps[changes] != np.median(steps)).all())


def _count(frame: pd.DataFrame, names: tuple[str, ...]) -> int:
    return len(number_items(frame, names)[1])


class LongColumns(NamedTuple):
    """The columns of a table of whole series with a row for each step.

    Args:
        item: Column that says which series a row is of.
        time: Column that says when a row was; empty if the rows are in order.
        values: Columns of the variables.
    """

    item: str
    time: str
    values: tuple[str, ...]


def find_long(frame: pd.DataFrame, label: str, item: str | None) -> LongColumns | None:
    """The columns of a table of whole series with a row for each step; None if a row is a series.

    An item that the user did not name has several rows, all of one label, in a column whose name
    says so or beside a column of times that repeat.

    Args:
        frame: The table, without columns of groups.
        label: Column of the labels.
        item: Column of the items, if the user named it.

    Raises:
        DataError: The table has no column of numbers beside the item and the time.
    """
    others = frame.drop(columns=[label])
    names = [item] if item else [name for name in others if _has_one_label(frame, name, label)]
    for name in names:
        left = others.drop(columns=[name])
        time = _find_time(left, as_text(frame[name]))
        if item or time or says_item(name):
            values = tuple(each for each in left if each != time and holds_numbers(left[each]))
            if not values:
                raise DataError(f"beside {name!r} there is no column of numbers; name the --item")
            return LongColumns(name, time, values)
    return None


def _has_one_label(frame: pd.DataFrame, name: str, label: str) -> bool:
    """Whether each value has several rows, all of one label, and labels have several values."""
    column, labels = frame[name], frame[label]
    if column.isna().any() or not may_be_item(column) or column.equals(labels):
        return False
    one_label_each = labels.groupby(column).nunique().max() <= 1
    return bool(one_label_each and column.nunique() > labels.nunique())


def _find_time(frame: pd.DataFrame, items: pd.Series[str]) -> str:
    """The column that rises from row to row of each item and repeats in other items, or ""."""
    named = [name for name in frame if name.strip().lower() in STEP_NAMES]
    for name in [*named, *(name for name in frame if name not in named)]:
        column = frame[name]
        if column.isna().any() or frame.shape[1] < 2:
            continue
        alone = not column.groupby(items).apply(lambda each: each.duplicated().any()).any()
        if name in named and alone:
            return str(name)
        rises = column.groupby(items).apply(lambda each: each.is_monotonic_increasing).all()
        if alone and rises and column.nunique() <= len(column) / 2:
            return str(name)
    return ""


def number_items(frame: pd.DataFrame, names: tuple[str, ...]) -> tuple[Indices, tuple[str, ...]]:
    """The number of each row's item, int64 (rows,), and the names of the items in order."""
    import pandas as pd

    if not names:
        return np.zeros(len(frame), np.int64), ("",)
    texts = as_text(frame[names[0]]).fillna("")
    for name in names[1:]:
        texts = texts + ", " + as_text(frame[name]).fillna("")
    codes, called = pd.factorize(texts)
    return codes.astype(np.int64), tuple(map(str, called))


def may_be_item(column: pd.Series[Any]) -> bool:
    """Whether a column holds names or whole numbers, each of them in several rows."""
    if holds_numbers(column) and column.dtype.kind not in "iu":
        return False
    return bool(2 <= column.nunique() <= len(column) / FEWEST)


def says_item(name: str) -> bool:
    """Whether the name of a column says that it tells series apart."""
    return bool(SAYS_ITEM.search(name) or SAYS_ITEM.search(name.lower()))
