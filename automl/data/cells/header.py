"""Finds the row that names the columns, and the rows around it that are no data."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from automl.data.cells.characters import UnreadableCells
from automl.data.cells.numbers import read_numbers
from automl.data.cells.values import is_missing

MOST_TITLES = 10
MOST_SUBHEADERS = 3
FEWEST_BELOW = 5
"""Rows below the header that are needed to tell that one is no data."""
SAMPLE = 200
INDEX_NAMES = ("date", "datetime", "time", "timestamp")

_DECIMAL = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


class RowRecord(NamedTuple):
    """A row: its fields without quotes, the line where it begins, and the number of its lines."""

    cells: list[str]
    line: int
    lines: int


@dataclass(frozen=True)
class TableHeader:
    """The names of the columns, and the rows that are data.

    Args:
        names: Names as they are written.
        rows: Rows of data.
        notes: Remarks on the lines that were skipped.
    """

    names: list[str]
    rows: list[RowRecord]
    notes: tuple[str, ...]


def find_header(rows: list[RowRecord], comments: str, delimiter: str) -> TableHeader:
    """The header and the data.

    Args:
        rows: All rows of the file that are not empty; at least one.
        comments: Comment lines above them; the last may hold the names, as NumPy writes it.
        delimiter: Character between fields.

    Raises:
        UnreadableCells: The first row does not name the columns, or repeats a name.
    """
    titles = _count_titles(rows)
    names, data = [name.strip() for name in rows[titles].cells], rows[titles + 1 :]
    where, notes = rows[titles].line, []
    commented = _names_in_comment(comments, delimiter, len(names))
    if commented and all(map(_DECIMAL.fullmatch, names)):
        names, data = commented, rows[titles:]
    elif comments.strip():
        notes.append(f"skipped {_lines(comments.strip().count(chr(10)) + 1)} of comments above")
    if titles:
        first = " ".join(rows[0].cells).strip()[:40]
        notes.append(f"skipped {_lines(titles)} above the header, the first: {first!r}")
    more = _count_subheaders(data)
    if more:
        names = _named_below(names, data[:more])
        first = ", ".join(data[0].cells)[:40]
        notes.append(f"skipped {_lines(more)} below the header that are no data: {first!r}")
    _check_names(names, data[more:], where)
    return TableHeader(names, data[more:], tuple(notes))


def _lines(count: int) -> str:
    return "a line" if count == 1 else f"{count} lines"


def _count_titles(rows: Sequence[RowRecord]) -> int:
    """Number of title rows, which have one field, above a table of several columns."""
    widths = Counter(len(row.cells) for row in rows[:SAMPLE])
    width, count = widths.most_common(1)[0]
    if width < 2 or count < 2:
        return 0
    for at, row in enumerate(rows[: MOST_TITLES + 1]):
        is_short = len(row.cells) < width
        if sum(bool(cell.strip()) for cell in row.cells) > 1 or not (is_short or width > 2):
            hollow = any(len(each.cells) == width for each in rows[:at])
            is_header = not is_short and (not hollow or _names_all(row.cells))
            return at if is_header else 0
    return 0


def _names_all(cells: Sequence[str]) -> bool:
    """Whether all fields are different names, and none a number."""
    names = {cell.strip() for cell in cells}
    return len(names) == len(cells) and "" not in names and not any(map(_DECIMAL.fullmatch, names))


def _names_in_comment(comments: str, delimiter: str, fields: int) -> list[str]:
    last = comments.strip().rpartition("\n")[2].strip()
    names = next(csv.reader([last.lstrip("#/% ")], delimiter=delimiter), [])
    is_header = last.startswith("#") and len(names) == fields > 1
    return [name.strip() for name in names] if is_header else []


def _count_subheaders(data: Sequence[RowRecord]) -> int:
    """Number of the first rows that hold further names or units, above rows of data."""
    below = data[MOST_SUBHEADERS : MOST_SUBHEADERS + SAMPLE]
    if len(below) < FEWEST_BELOW or any(len(row.cells) != len(data[0].cells) for row in data[:9]):
        return 0
    columns = list(zip(*(row.cells for row in below), strict=False))
    numeric = [at for at, column in enumerate(columns) if read_numbers(column) is not None]
    dated = [at for at, column in enumerate(columns) if all(map(_DIGIT.search, column))]
    others = [at for at in range(len(columns)) if at not in {*numeric, *dated}]
    found = 0
    for at, row in enumerate(data[:MOST_SUBHEADERS], start=1):
        if _is_subheader(row.cells, numeric, dated, others):
            found = at
    return found


def _is_subheader(
    cells: Sequence[str], numeric: Sequence[int], dated: Sequence[int], others: Sequence[int]
) -> bool:
    """Whether columns of numbers and dates hold none in this row, but at least one word."""
    known = {*numeric, *dated}
    words = [at for at in known if cells[at].strip() and not is_missing(cells[at])]
    has_data = any(read_numbers([cells[at]]) is not None for at in numeric) or any(
        _DIGIT.search(cells[at]) for at in dated
    )
    is_labelled = any(cells[at].strip() for at in others)
    return bool(words) and not has_data and len(known) > is_labelled


def _named_below(names: Sequence[str], rows: Sequence[RowRecord]) -> list[str]:
    """The names, the first taken from a row below, as pandas writes the name of an index."""
    first, *others = (cell.strip() for cell in rows[-1].cells)
    is_name = len(rows) > 1 or first.casefold() in INDEX_NAMES
    return [first, *names[1:]] if first and not any(others) and is_name else list(names)


def _check_names(header: Sequence[str], rows: Sequence[RowRecord], line: int) -> None:
    """Check that the header is no data: no decimal numbers, and few values of its columns."""
    columns = list(zip(*(row.cells for row in rows[:1000]), strict=False)) or [()] * len(header)
    like_data = [
        bool(name) and (name in column or (_DECIMAL.fullmatch(name) and not name.isdigit()))
        for name, column in zip(header, columns, strict=False)
    ]
    named = sum(map(bool, header))
    if all(map(_DECIMAL.fullmatch, header)) or 2 * sum(map(bool, like_data)) >= max(named, 1):
        raise UnreadableCells(
            f"the first row ({', '.join(header)[:60]}) looks like data; add a row above it that "
            "names the columns",
            line,
        )
    if not named:
        raise UnreadableCells("the first row names no column", line)
    name, count = Counter(filter(None, header)).most_common(1)[0]
    if count > 1:
        raise UnreadableCells(f"{count} columns are named {name!r}; each needs its own name", line)
