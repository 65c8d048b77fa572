"""Roles of a table's columns: the target, classes or numbers, and the features with their types."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from automl.core.errors import DataError
from automl.core.registry import nearest
from automl.data.cells.numbers import NumberFormat
from automl.data.cells.values import UNNAMED
from automl.data.dataset import Targets
from automl.data.tables.columns import (
    DATE_PARTS,
    CategoryColumn,
    Column,
    DateColumn,
    NumberColumn,
    as_text,
    find_dates,
    is_nested,
    is_number,
)

if TYPE_CHECKING:
    import pandas as pd

USUAL_NAMES = ("target", "label", "class", "outcome", "price", "y")
MOST_CLASSES = 20
FEWEST_ROWS = 3
# Words in the names of columns whose numbers are quantities, not codes of classes.
QUANTITY = re.compile(
    r"ages?|amount|counts?|days|hours|minutes|months|num|number|price|qty|quantity|temperature|"
    r"total|visits|years?"
)
# Words in the names of columns of classes.
CLASS = re.compile(r"category|class|code|cluster|group|kind|labels?|outcome|segment|target|type|y")
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
CODES_FROM = (-1, 0, 1)

TableTask = Literal["classification", "regression"]
NESTED = "lists and objects are no features"

CONSTANT = "the same value in every row"

IDS = "whole numbers without repetition and with few gaps, so they number the rows"

UNNAMED_ROWS = "whole numbers without a name, so they number the rows"

TEXT = "most rows have a value of their own, so it is text or a name"


def find_target(columns: Sequence[str], given: str | None) -> str:
    """The column to predict: the given one, else the first with a usual name, else the last.

    Args:
        columns: Names of the columns.
        given: Name that the user gave; None to find it.

    Raises:
        DataError: There is no such column, or no other to predict it from.
    """
    if len(columns) < 2:
        raise DataError(f"{columns[0]!r} is its only column, so there is nothing to predict from")
    if given is not None:
        return check_column(columns, given, "--target")
    lower = {column.lower(): column for column in reversed(columns)}
    return next((lower[name] for name in USUAL_NAMES if name in lower), columns[-1])


def check_column(columns: Sequence[str], name: str, option: str) -> str:
    """Return ``name`` if it is a column.

    Args:
        columns: Names of the columns.
        name: Name that the user gave.
        option: Option with the name, as the user wrote it: ``"--target"``.

    Raises:
        DataError: There is no such column; names the nearest.
    """
    if name in columns:
        return name
    close = nearest(name, tuple(columns))
    guess = f"did you mean {close!r}?" if close else f"it has {', '.join(columns[:10])}"
    raise DataError(f"there is no column {name!r} for {option}; {guess}")


class TargetValues(NamedTuple):
    """The values of the target column.

    Args:
        values: int64 (N,) class ids, or float64 (N,) numbers.
        labels: Names of the classes; none if numbers are predicted.
        notes: Remarks for the user, a sentence each.
    """

    values: Targets
    labels: tuple[str, ...]
    notes: tuple[str, ...]


def read_target(values: pd.Series[Any], task: TableTask | None = None) -> TargetValues:
    """Read the target as classes or numbers.

    By default, strings and booleans are classes. So are a few different whole numbers, if the name
    of the column does not suggest a quantity and they look like codes: codes begin at -1, 0 or 1
    and leave few gaps.

    Args:
        values: Target column, without missing values.
        task: Type of target that the user chose; None to find it.

    Raises:
        DataError: The target is the same in every row, holds lists, or holds texts where numbers
            are to be predicted.
    """
    name = str(values.name)
    if is_nested(values):
        raise DataError(f"the target {name!r} holds lists or objects, which cannot be predicted")
    if values.nunique() == 1:
        only = str(values.iloc[0])[:60]
        raise DataError(f"the target {name!r} is {only!r} in every row; there is nothing to learn")
    if task == "regression" and not is_number(values):
        first = str(values.iloc[0])[:60]
        raise DataError(
            f"--task regression: the target {name!r} holds texts such as {first!r}, and no "
            "numbers; leave out --task, or name another --target"
        )
    few = is_number(values) and _are_few_whole(values)
    is_class = task == "classification" or (task is None and _is_class(values, few))
    notes = _note_choice(name, values, is_class) if few and task is None else ()
    if not is_class:
        return TargetValues(NumberColumn(name=name).exact(values), (), notes)
    different = values.drop_duplicates() if is_number(values) else as_text(values).drop_duplicates()
    labels = tuple(as_text(different.sort_values()))
    ids = {label: index for index, label in enumerate(labels)}
    return TargetValues(as_text(values).map(ids).to_numpy(np.int64), labels, notes)


def _are_few_whole(values: pd.Series[Any]) -> bool:
    different = values.unique()
    if len(different) < 3 or any(value % 1 for value in different[: MOST_CLASSES + 1]):
        return False
    return len(different) <= min(MOST_CLASSES, max(2, len(values) // FEWEST_ROWS))


def _is_class(values: pd.Series[Any], few: bool) -> bool:
    if not is_number(values):
        return True
    different = values.unique()
    if len(different) == 2:
        return not any(value % 1 for value in different)
    words = [word.lower() for word in WORD.findall(str(values.name))]
    if not few or any(map(QUANTITY.fullmatch, words)):
        return False
    if any(map(CLASS.fullmatch, words)):
        return True
    low, high = min(different), max(different)
    return bool(low in CODES_FROM and high - low < 2 * len(different))


def _note_choice(name: str, values: pd.Series[Any], is_class: bool) -> tuple[str, ...]:
    many = f"{values.nunique()} different whole numbers"
    if is_class:
        return (f"{name!r} has {many}, taken as classes; --task regression predicts a number",)
    return (f"{name!r} has {many}, predicted as a number; --task classification makes it classes",)


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
