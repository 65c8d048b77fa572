"""What a table's target column calls for: classes or a number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.errors import DataError
from automl.core.registry import nearest
from automl.data.dataset import Targets
from automl.data.splits import check_enough
from automl.data.tables.columns import NumberColumn
from automl.data.tables.values import as_text, is_nested, is_number

if TYPE_CHECKING:
    import pandas as pd

USUAL_NAMES = ("target", "label", "class", "outcome", "price", "y")
MOST_CLASSES = 20
FEWEST_ROWS = 3


def find_target(columns: Sequence[str], given: str | None) -> str:
    """The column that is predicted: the one given, else that with a usual name, else the last.

    Raises:
        DataError: There is no such column, or no other.
    """
    if len(columns) < 2:
        raise DataError(f"{columns[0]!r} is its only column, so there is nothing to predict from")
    if given is not None:
        return check_column(columns, given, "--target")
    lower = {column.lower(): column for column in reversed(columns)}
    return next((lower[name] for name in USUAL_NAMES if name in lower), columns[-1])


def check_column(columns: Sequence[str], name: str, option: str) -> str:
    """Give ``name`` back if it is a column.

    Args:
        columns: Those that there are.
        name: The one that is asked for.
        option: What asked for it, as the user wrote it: ``"--target"``.

    Raises:
        DataError: It is not; names the nearest column.
    """
    if name in columns:
        return name
    close = nearest(name, tuple(columns))
    guess = f"did you mean {close!r}?" if close else f"it has {', '.join(columns[:10])}"
    raise DataError(f"there is no column {name!r} for {option}; {guess}")


def read_target(values: pd.Series[Any]) -> tuple[Targets, tuple[str, ...]]:
    """Classes or numbers, of a column in which no value is missing.

    Strings, booleans and a few different whole numbers are classes.

    Returns:
        Class ids, int64 (N,), and the names of the classes; or numbers, float32 (N,), and no names.

    Raises:
        DataError: It is always the same, or a class has too few rows to be in every split.
    """
    name = str(values.name)
    if is_nested(values):
        raise DataError(f"the target {name!r} holds lists or objects, which cannot be predicted")
    if values.nunique() == 1:
        only = str(values.iloc[0])[:60]
        raise DataError(f"the target {name!r} is {only!r} in every row; there is nothing to learn")
    if not _is_class(values):
        return NumberColumn(name=name).read(values), ()
    different = values.drop_duplicates() if is_number(values) else as_text(values).drop_duplicates()
    labels = tuple(as_text(different.sort_values()))
    ids = {label: index for index, label in enumerate(labels)}
    targets = as_text(values).map(ids).to_numpy(np.int64)
    try:
        check_enough({"train": targets}, labels)
    except DataError as error:
        raise DataError(f"target {name!r}: {error}") from None
    return targets, labels


def _is_class(values: pd.Series[Any]) -> bool:
    if not is_number(values):
        return True
    different = values.unique()
    if any(value % 1 for value in different[: MOST_CLASSES + 1]):
        return False
    few = min(MOST_CLASSES, max(2, len(values) // FEWEST_ROWS))
    return len(different) <= few
