"""Which column of a table holds the texts, and which what is predicted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl.core.errors import DataError
from automl.data.cells.values import UNNAMED
from automl.data.tables.roles import check_column
from automl.data.tables.values import as_text, is_nested

if TYPE_CHECKING:
    import pandas as pd

TEXT_NAMES = (
    *("text", "review", "sentence", "comment", "body", "content", "message", "document", "tweet"),
)
TARGET_NAMES = (
    *("label", "target", "class", "sentiment", "category", "rating", "score", "stars", "y"),
)

CLEARLY_LONGER = 2.0
"""Times the length of the strings of any other column that makes a column the one of the texts."""


def find_text_and_target(
    frame: pd.DataFrame, text: str | None, target: str | None
) -> tuple[str, str]:
    """The text and the target column: as given, else by their names, else by their types.

    Args:
        frame: The table, without columns that are for something else.
        text: Column that the user named for the texts, if any.
        target: Column that the user named for the target, if any.

    Raises:
        DataError: There is no such column, or it is not clear which one is meant.
    """
    if text is not None and text == target:
        raise DataError(f"column {text!r} cannot be both the text and the target")
    text = find_text(frame.drop(columns=target) if target in frame else frame, text)
    others = [column for column in frame.columns if column != text]
    if target is not None:
        return text, check_column(others, target, "--target")
    return text, find_label(frame, others)


def find_label(frame: pd.DataFrame, others: Sequence[str]) -> str:
    """The column of the targets: the one with a usual name for it, else the only one.

    Args:
        frame: The table.
        others: Columns that are not inputs.

    Raises:
        DataError: It is not clear which one is meant.
    """
    named = [column for column in others if not UNNAMED.fullmatch(column)]
    return _the_only(_named(named, TARGET_NAMES) or named or others, frame, "target")


def find_text(frame: pd.DataFrame, given: str | None) -> str:
    """The column of the texts: as given, else by its name, else with by far the longest strings.

    Raises:
        DataError: There is no such column, or it is not clear which one is meant.
    """
    columns = list(frame.columns)
    if given is not None:
        return check_column(columns, given, "--text")
    return _the_only(_named(columns, TEXT_NAMES) or _longest(frame), frame, "text")


def read_texts(frame: pd.DataFrame, column: str) -> list[str]:
    """The texts of a column; an empty one where a text is missing.

    Raises:
        DataError: The column holds lists or objects.
    """
    if is_nested(frame[column]):
        raise DataError(f"column {column!r} holds lists or objects, but texts are needed")
    return as_text(frame[column]).astype(object).fillna("").tolist()  # type: ignore[no-any-return]


def _the_only(found: Sequence[str], frame: pd.DataFrame, option: str) -> str:
    if len(found) == 1:
        return found[0]
    columns = ", ".join(repr(column) for column in frame.columns)
    raise DataError(
        f"it is not clear which column is the {option}, of {columns}; name it with --{option}"
    )


def _named(columns: Sequence[str], usual: Sequence[str]) -> list[str]:
    """The columns with a usual name, in the singular or the plural."""
    names = {*usual, *(f"{name}s" for name in usual)}
    return [column for column in columns if column.strip().lower() in names]


def _longest(frame: pd.DataFrame) -> list[str]:
    """The columns of strings, without those whose strings are clearly shorter than the longest."""
    from pandas.api.types import is_string_dtype

    present = {column: frame[column].dropna() for column in frame.columns}
    lengths = {
        column: values.astype(str).str.len().mean()
        for column, values in present.items()
        if len(values) and is_string_dtype(values)
    }
    most = max(lengths.values(), default=0)
    return [column for column, length in lengths.items() if CLEARLY_LONGER * length > most]
