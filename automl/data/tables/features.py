"""Features: the columns of a table that a model sees, and the type of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.cells.numbers import NumberFormat
from automl.data.cells.values import UNNAMED
from automl.data.tables.columns import (
    DATE_PARTS,
    CategoryColumn,
    Column,
    DateColumn,
    NumberColumn,
)
from automl.data.tables.values import as_text, find_dates, is_nested, is_number

if TYPE_CHECKING:
    import pandas as pd

NESTED = "lists and objects are no features"

CONSTANT = "the same value in every row"

IDS = "whole numbers without repetition and with few gaps, so they number the rows"

UNNAMED_ROWS = "whole numbers without a name, so they number the rows"

TEXT = "most rows have a value of their own, so it is text or a name"


@dataclass(frozen=True)
class FeatureRole:
    """What a model sees of one column of a table.

    Args:
        columns: Columns that the model sees: one, several for a date, none if it is left out.
        reason: Reason for leaving it out.
        note: Remark on how it is read.
    """

    columns: tuple[Column, ...] = ()
    reason: str = ""
    note: str = ""


def find_features(
    frame: pd.DataFrame,
    formats: Mapping[str, NumberFormat] | None = None,
    time_format: str | None = None,
) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """The columns that a model sees, with nothing learned yet, and notes on the others.

    Args:
        frame: Table without the target.
        formats: Formats of numbers, by column, where a text file holds them.
        time_format: Format of the dates, which is used where it fits; None to find it.
    """
    written = formats or {}
    found: list[Column] = []
    doubts: list[str] = []
    left: dict[str, list[str]] = defaultdict(list)
    for name in frame.columns:
        role = _feature_role(frame[name], time_format)
        found += [_with_format(each, written.get(each.name)) for each in role.columns]
        if role.reason:
            left[role.reason].append(repr(name))
        if role.note:
            doubts.append(f"{name!r}: {role.note}")
    notes = [f"left out {', '.join(names)}: {reason}" for reason, names in left.items()]
    return tuple(found), (*notes, *doubts)


def _with_format(column: Column, form: NumberFormat | None) -> Column:
    is_number = form is not None and type(column) is NumberColumn
    return column.model_copy(update={"format": form}) if is_number else column


def _feature_role(values: pd.Series[Any], time_format: str | None) -> FeatureRole:
    from pandas.api import types

    name = str(values.name)
    if is_nested(values):
        return FeatureRole(reason=NESTED)
    if values.nunique(dropna=False) == 1:
        return FeatureRole(reason=CONSTANT)
    if types.is_datetime64_any_dtype(values):
        return FeatureRole(_date_columns(values, ()))
    if is_number(values):
        if UNNAMED.fullmatch(name) and types.is_integer_dtype(values):
            return FeatureRole(reason=UNNAMED_ROWS)
        return (
            FeatureRole(reason=IDS)
            if _number_rows(values)
            else FeatureRole((NumberColumn(name=name),))
        )
    return _role_of_text(values, time_format)


def _role_of_text(values: pd.Series[Any], time_format: str | None) -> FeatureRole:
    dates = find_dates(values, time_format)
    if dates is not None:
        return FeatureRole(_date_columns(values, dates.forms), note=dates.note)
    if 2 * values.nunique() <= values.count():
        return FeatureRole((CategoryColumn(name=str(values.name)),))
    return FeatureRole(reason=spoiled_number(values) or TEXT)


def spoiled_number(values: pd.Series[Any]) -> str:
    """A remark on texts that keep a column from being one of numbers; "" if it is none."""
    import pandas as pd

    spoilt = values[values.notna() & pd.to_numeric(as_text(values), errors="coerce").isna()]
    if not 0 < 2 * len(spoilt) < values.count():
        return ""
    return (
        f"numbers except for {len(spoilt):,} of {values.count():,} values such as "
        f"{spoilt.iloc[0]!r}, too many to count as missing; clear them to use the column"
    )


def _date_columns(values: pd.Series[Any], forms: tuple[str, ...]) -> tuple[DateColumn, ...]:
    """A column for each part of the date that varies."""
    columns = [DateColumn(name=str(values.name), part=part, forms=forms) for part in DATE_PARTS]
    parts = [column.exact(values.dropna()) for column in columns]
    pairs = zip(columns, parts, strict=True)
    return tuple(column for column, part in pairs if len(set(part[~np.isnan(part)])) > 1)


def _number_rows(values: pd.Series[Any]) -> bool:
    from pandas.api import types

    if not types.is_integer_dtype(values) or not values.is_unique:
        return False
    return bool(values.max() - values.min() < 2 * len(values))
