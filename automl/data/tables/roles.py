"""Which columns of a table a model sees, and as what."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automl.data.tables.columns import (
    DATE_PARTS,
    CategoryColumn,
    Column,
    DateColumn,
    NumberColumn,
)
from automl.data.tables.values import as_text, is_nested, is_number, parse_dates

if TYPE_CHECKING:
    import pandas as pd

NESTED = "lists and objects are no features"
CONSTANT = "the same value in every row"
IDS = "whole numbers without repetition and with few gaps, so they number the rows"
TEXT = "most rows have a value of their own, so it is text or a name"


def find_columns(frame: pd.DataFrame) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """The columns that say something, and notes on those that are left out.

    Nothing is learned of them yet.
    """
    found: list[Column] = []
    left: dict[str, list[str]] = defaultdict(list)
    for name in frame.columns:
        role = find_role(frame[name])
        if isinstance(role, str):
            left[role].append(repr(name))
        else:
            found += role
    notes = tuple(f"left out {', '.join(names)}: {reason}" for reason, names in left.items())
    return tuple(found), notes


def find_role(values: pd.Series[Any]) -> Sequence[Column] | str:
    """What a model sees of a column, or why it sees nothing of it."""
    from pandas.api import types

    name = str(values.name)
    if is_nested(values):
        return NESTED
    if values.nunique(dropna=False) == 1:
        return CONSTANT
    if types.is_datetime64_any_dtype(values):
        return _date_columns(values, None)
    if is_number(values):
        return IDS if _number_rows(values) else [NumberColumn(name=name)]
    return _role_of_text(values)


def _role_of_text(values: pd.Series[Any]) -> Sequence[Column] | str:
    form = find_date_form(values)
    if form:
        return _date_columns(values, form)
    if 2 * values.nunique() <= values.count():
        return [CategoryColumn(name=str(values.name))]
    return spoiled_number(values) or TEXT


def spoiled_number(values: pd.Series[Any]) -> str:
    """What keeps a column of numbers from being one; empty if it is none."""
    import pandas as pd

    spoilt = values[values.notna() & pd.to_numeric(as_text(values), errors="coerce").isna()]
    if not 0 < 2 * len(spoilt) < values.count():
        return ""
    values_such = "value such" if len(spoilt) == 1 else "values such"
    return f"numbers but for {len(spoilt):,} {values_such} as {spoilt.iloc[0]!r}, so clear those"


def find_date_form(values: pd.Series[Any]) -> str | None:
    """How the dates of a column are written, in the codes of ``strptime``; None if it has none.

    Where both 3/4 and 4/3 could be meant, the month comes first.
    """
    from pandas.tseries.api import guess_datetime_format

    present = as_text(values.dropna())
    for day_first in (False, True):
        with warnings.catch_warnings():  # that the day, or the month, cannot come first
            warnings.simplefilter("ignore")
            form = guess_datetime_format(present.iloc[0], dayfirst=day_first)
        if form and "%m" in form and parse_dates(present, form).notna().all():
            return str(form)
    return None


def _date_columns(values: pd.Series[Any], form: str | None) -> list[DateColumn]:
    """A column for each part that is not the same in all dates."""
    columns = [DateColumn(name=str(values.name), part=part, form=form) for part in DATE_PARTS]
    return [column for column in columns if len(set(column.read(values.dropna()))) > 1]


def _number_rows(values: pd.Series[Any]) -> bool:
    from pandas.api import types

    if not types.is_integer_dtype(values) or not values.is_unique:
        return False
    return bool(values.max() - values.min() < 2 * len(values))
