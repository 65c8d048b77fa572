"""Files of whole series: tables with a row for each series or for each step, and .ts files.

In a .ts file, header lines start with @; below @data, a line is a series: its variables divided by
colons, the steps of each by commas, ? for a missing value, and the label behind the last colon
(https://www.aeon-toolkit.org/en/stable/api_reference/file_specifications/ts.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.errors import DataError
from automl.data.cells.steps import group_rows
from automl.data.cells.values import UNNAMED
from automl.data.series.arrays import Floats, SeriesRows, as_numbers, holds_numbers
from automl.data.series.items import NO_ITEM, LongColumns, find_long
from automl.data.tables.columns import as_text
from automl.data.tables.reader import open_table, read_table
from automl.data.tables.roles import check_column

if TYPE_CHECKING:
    import pandas as pd

COMMENTS = ("#", "%")
LABEL_NAMES = ("label", "class", "target", "y")
ID_NAME = re.compile(r"(?:row|series|sample|case)?[ _]?(?:id|index|no|nr|number)")


def is_ts(path: Path) -> bool:
    """Whether a file's suffix is that of this format."""
    return path.suffix.lower() == ".ts"


def read_ts(path: Path) -> SeriesRows:
    """Read a .ts file.

    Raises:
        DataError: The file cannot be read, holds no series, or series with a time for each value.
    """
    lines = _lines(path)
    header = _header(path, lines)
    labelled = header.get("classlabel", "false").split()[:1] == ["true"]
    places, series, labels = [], [], []
    for number, line in lines:
        *variables, last = line.split(":")
        places.append(f"line {number}")
        fields = variables if labelled else [*variables, last]
        series.append(_ts_series(f"{path}:{number}", fields))
        labels.append(last.strip())
    if not series:
        raise DataError(f"{path}: there is no series below @data")
    return SeriesRows(tuple(places), tuple(series), tuple(labels) if labelled else None)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are neither empty nor comments, with their numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8 text; save the file as UTF-8") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith(COMMENTS):
            yield number, line.strip()


def _header(path: Path, lines: Iterator[tuple[int, str]]) -> dict[str, str]:
    """Keyword -> value of the header, in lower case; takes the lines up to @data."""
    found: dict[str, str] = {}
    for number, line in lines:
        if not line.startswith("@"):
            raise DataError(f"{path}:{number}: values above @data; a .ts file starts with @ lines")
        keyword, _, value = line[1:].partition(" ")
        if keyword.lower() == "data":
            return found
        found[keyword.lower()] = value.strip().lower()
        if keyword.lower() in ("timestamps", "targetlabel") and value.strip().lower() == "true":
            raise DataError(
                f"{path}:{number}: {line} is not supported; series have evenly spaced steps and a "
                "class label (@timeStamps false, @classLabel true)"
            )
    raise DataError(f"{path}: no @data line; a .ts file has one above its series")


def _ts_series(place: str, variables: list[str]) -> Floats:
    """The series of a line without its label, (length, variables)."""
    if not variables:
        raise DataError(f"{place}: no colon, but a label comes behind one (@classLabel true)")
    columns = [_numbers(place, text) for text in variables]
    if len({len(column) for column in columns}) > 1:
        sizes = ", ".join(str(len(column)) for column in columns)
        raise DataError(f"{place}: its variables have {sizes} steps; they need the same number")
    return np.stack(columns, axis=1)


def _numbers(place: str, text: str) -> Floats:
    fields = [field.strip() for field in text.split(",")]
    try:
        numbers = [np.nan if field == "?" else float(field) for field in fields]
    except ValueError as error:
        raise DataError(f"{place}: {error}; a step is a number, or ? if it is missing") from None
    values = np.array(numbers, np.float32)
    values[~np.isfinite(values)] = np.nan
    return values


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """Series with their labels, and how a table holds them.

    Args:
        rows: Series, labels and groups.
        ignored: Columns that are neither steps nor variables, those of label and group first.
        long: Columns of a table with a row for each step; None if each row is a series.
        notes: Sentences for the user.
    """

    rows: SeriesRows
    ignored: tuple[str, ...] = ()
    long: LongColumns | None = None
    notes: tuple[str, ...] = ()


def read_labelled_table(
    path: Path, target: str | None, group: str | None, item: str | None
) -> LabelledRows:
    """Read the series of a table with their labels.

    Args:
        path: A table: a row for each series, whose columns are steps in their order; or a row for
            each step, with a column that says which series it is of.
        target: Column of the labels; None takes the only one that holds no numbers, else the one
            with a usual name.
        group: Column of the groups; None if there are none.
        item: Column that tells series apart; None finds it, and "none" says that each row is a
            series.

    Raises:
        DataError: The file cannot be read, a column is missing, or a series has no label or group.
    """
    table = open_table(path)
    frame, known = table.frame, None if item == NO_ITEM else item
    named = [name for name in (group, known) if name]
    try:
        for option, column in (("--target", target), ("--group", group), ("--item", known)):
            if column is not None:
                check_column(list(frame.columns), column, option)
        label = target or _find_label(frame.drop(columns=named))
        ungrouped = frame.drop(columns=[group] if group and group != item else [])
        long = None if item == NO_ITEM else find_long(ungrouped, label, known)
        found = _read_long(frame, long, label, group) if long else _read_wide(frame, label, group)
        return replace(found, notes=(*table.notes, *found.notes))
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


def _read_wide(frame: pd.DataFrame, label: str, group: str | None) -> LabelledRows:
    labels = _labels(frame, label)
    groups = _labels(frame, group) if group else None
    steps = frame.drop(columns=[label, *([group] if group else [])])
    numbering = [name for name in steps if _numbers_rows(steps[name])]
    told = (f"left out {numbering[0]!r}, which numbers the rows",) if numbering else ()
    ignored = (label, *([group] if group else []), *numbering)
    series = _series(steps.drop(columns=numbering))
    return LabelledRows(SeriesRows(_places(frame), series, labels, groups), ignored, notes=told)


def _read_long(
    frame: pd.DataFrame, long: LongColumns, label: str, group: str | None
) -> LabelledRows:
    rows = read_long(frame, long)
    labels = one_of_each(frame, long, label)
    groups = one_of_each(frame, long, group) if group else None
    for name, said in ((label, labels), (group, groups or [])):
        if None in said:
            place = rows.places[said.index(None)]
            raise DataError(f"column {name!r} is empty for {place}; fill it or drop its rows")
    known = (long.item, long.time, *long.values, label, group)
    unused = tuple(name for name in frame if name not in known)
    time = f" in the order of {long.time!r}" if long.time else ""
    notes = [
        f"read {len(labels):,} series by {long.item!r}{time}, of "
        f"{', '.join(map(repr, long.values))}; --item names another column"
    ]
    notes += [f"left out {', '.join(map(repr, unused))}: no numbers"] if unused else []
    texts = tuple(map(str, labels)), tuple(map(str, groups)) if groups else None
    found = SeriesRows(rows.places, rows.series, *texts)
    ignored = (label, *([group] if group else []))
    return LabelledRows(found, ignored, long, tuple(notes))


def read_unlabelled(path: Path, ignored: tuple[str, ...]) -> SeriesRows:
    """Read series of one variable.

    Args:
        path: A table with a row for each series; its columns are steps in their order.
        ignored: Columns that are not steps; they may be absent.

    Raises:
        DataError: The file cannot be read, or a value is not a number.
    """
    frame = read_table(path)
    try:
        steps = frame.drop(columns=list(ignored), errors="ignore")
        return SeriesRows(_places(frame), _series(steps))
    except DataError as error:
        raise DataError(f"{path}: {error}") from None


def _find_label(frame: pd.DataFrame) -> str:
    texts = [column for column in frame if not holds_numbers(frame[column])]
    called = [column for column in frame if column.strip().lower() in LABEL_NAMES]
    if len(texts) == 1 and not (called and called != texts):
        return str(texts[0])
    if len(called) != 1:
        raise DataError("which column holds the labels? name it with --target")
    return str(called[0])


def _labels(frame: pd.DataFrame, column: str) -> tuple[str, ...]:
    """The texts of a column without spaces around them; 007 stays 007."""
    texts = as_text(frame[column]).map(str.strip, na_action="ignore")
    missing = (texts.isna() | (texts == "")).to_numpy()
    if missing.any():
        row = int(missing.argmax()) + 1
        raise DataError(f"column {column!r} is empty in row {row}; fill it or drop the row")
    return tuple(texts)


def _numbers_rows(column: pd.Series[Any]) -> bool:
    """Whether a column counts the rows and its name says so, or it has no name."""
    name = str(column.name)
    if not (ID_NAME.fullmatch(name.strip().lower()) or UNNAMED.fullmatch(name)):
        return False
    return column.dtype.kind in "iu" and len(column) > 1 and bool((column.diff()[1:] == 1).all())


def _places(frame: pd.DataFrame) -> tuple[str, ...]:
    return tuple(f"row {row}" for row in range(1, len(frame) + 1))


def _series(steps: pd.DataFrame) -> tuple[Floats, ...]:
    """The series of each row; empty cells at the end of a row are not steps."""
    if steps.shape[1] < 2:
        raise DataError("a row needs a number for each step, in a column each")
    columns: list[Any] = [as_numbers(steps[column]) for column in steps]
    values = np.stack(columns, axis=1).astype(np.float32)
    return tuple(row[: _length(row), None] for row in values)


def _length(row: Floats) -> int:
    known = np.flatnonzero(~np.isnan(row))
    return int(known[-1]) + 1 if len(known) else 0


def read_long(frame: pd.DataFrame, columns: LongColumns) -> SeriesRows:
    """Read the series of a table with a row for each step, without their labels.

    Raises:
        DataError: A row has no item, or a value is not a number.
    """
    for name in (columns.item, *columns.values):
        if name not in frame:
            raise DataError(f"there is no column {name!r}; there are {', '.join(frame)}")
    missing = frame[columns.item].isna().to_numpy()
    if missing.any():
        raise DataError(f"column {columns.item!r} is empty in row {int(missing.argmax()) + 1}")
    values = np.stack([as_numbers(frame[name]) for name in columns.values], axis=1)
    numbers: Floats = values.astype(np.float32)
    found = rows_of(frame, columns)
    places = tuple(f"{columns.item} {item}" for item in found)
    return SeriesRows(places, tuple(numbers[rows] for rows in found.values()))


def rows_of(frame: pd.DataFrame, columns: LongColumns) -> dict[str, list[int]]:
    """Item -> the positions of its rows, the oldest first."""
    times = as_text(frame[columns.time]).fillna("").to_list() if columns.time in frame else []
    return group_rows(as_text(frame[columns.item]).to_list(), times)


def one_of_each(frame: pd.DataFrame, columns: LongColumns, name: str) -> list[str | None]:
    """The one value of a column for each item; None where all cells of an item are empty.

    Raises:
        DataError: The column has several values for one item.
    """
    texts, found = as_text(frame[name]), []
    for item, rows in rows_of(frame, columns).items():
        said = texts.iloc[rows].dropna().str.strip().unique()
        if len(said) > 1:
            raise DataError(
                f"{columns.item} {item!r} has {name!r} {said[0]!r} and {said[1]!r}; a series has "
                "one, so name the column that tells series apart with --item"
            )
        found.append(said[0] if len(said) else None)
    return found
