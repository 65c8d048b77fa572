"""Which columns of a table become variables of a series, and which of them are forecast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Indices
from automl.data.series.calendar import cycles_of
from automl.data.series.latest_window import LatestWindow
from automl.data.series.numbers import as_numbers, is_number
from automl.data.series.timeline import Timeline
from automl.data.tables.roles import spoiled_number
from automl.data.tables.target import check_column

if TYPE_CHECKING:
    import pandas as pd

TARGETS = ("target", "y")
MOST_CATEGORIES = 20


@dataclass(frozen=True)
class Chosen:
    """What a table is read as.

    Args:
        window: How its rows become variables; the targets come first.
        targets: The columns that are forecast.
        notes: What the user should be told.
    """

    window: LatestWindow
    targets: tuple[str, ...]
    notes: tuple[str, ...]


def choose_columns(line: Timeline, target: str | None, train: Indices) -> Chosen:
    """Decide on the columns by what the train split's rows hold.

    Numbers are variables, and so is each value of a column with few different texts. A column that
    is constant, that only counts the rows, or that holds many different texts is left out.

    Args:
        line: The table, in order.
        target: The column to forecast; None: one named target or y, else all numbers.
        train: Positions of the train split's rows.

    Raises:
        DataError: There is nothing to forecast, or the target is no number or constant.
    """
    known = line.frame.iloc[train].drop(columns=list(line.time.names))
    named = target or next((column for column in known if column.lower() in TARGETS), None)
    if named is not None:
        _check_target(known, named)
    numbers = tuple(column for column in known if column == named or _is_variable(known[column]))
    if not numbers:
        raise DataError("there is no column of numbers that change, so nothing to forecast")
    targets = numbers if named is None else (named,)
    categories = _categories(known.drop(columns=list(numbers)))
    left_out = known.drop(columns=[*numbers, *categories])
    window = LatestWindow(
        time=line.time,
        numbers=(*targets, *(column for column in numbers if column not in targets)),
        categories=categories,
        cycles=cycles_of(line.times.iloc[train]),
    )
    return Chosen(window, targets, (*_note_on_targets(targets), *_note_on_left_out(left_out)))


def _check_target(known: pd.DataFrame, target: str) -> None:
    check_column(list(known), target, "--target")
    values = as_numbers(known[target])
    different = np.unique(values[~np.isnan(values)])
    if len(different) < 2:
        what = f"is always {different[0]:g}" if len(different) else "is always missing"
        raise DataError(
            f"target {target!r} {what} in the train split, the first {len(known):,} rows: there "
            "is nothing to learn; choose another --target"
        )


def _is_variable(column: pd.Series[Any]) -> bool:
    return is_number(column) and column.nunique() > 1 and not _counts_rows(column)


def _counts_rows(column: pd.Series[Any]) -> bool:
    return is_number(column) and bool((np.diff(as_numbers(column)) == 1).all())


def _categories(known: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    texts = {column: known[column].dropna() for column in known if not is_number(known[column])}
    names = {column: tuple(sorted(set(text.astype(str)))) for column, text in texts.items()}
    return {column: found for column, found in names.items() if 2 <= len(found) <= MOST_CATEGORIES}


def _note_on_targets(targets: tuple[str, ...]) -> tuple[str, ...]:
    if len(targets) == 1:
        return ()
    first, more = ", ".join(targets[:5]), ", …" if len(targets) > 5 else ""
    return (
        f"all {len(targets)} columns of numbers are forecast ({first}{more}); --target names one",
    )


def _note_on_left_out(columns: pd.DataFrame) -> tuple[str, ...]:
    reasons = [f"{column!r} ({_why_left_out(columns[column])})" for column in columns]
    return (f"left out {', '.join(reasons)}",) if reasons else ()


def _why_left_out(column: pd.Series[Any]) -> str:
    if column.nunique() < 2:
        return "constant"
    if _counts_rows(column):
        return "counts the rows"
    many = f"{column.nunique():,} different texts, more than {MOST_CATEGORIES}"
    return spoiled_number(column) or many
