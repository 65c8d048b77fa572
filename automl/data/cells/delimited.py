"""Delimited text, as CSV: from the text of a file to its cells, whatever program wrote it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from automl.data.cells.characters import UnreadableCells
from automl.data.cells.header import RowRecord, find_header
from automl.data.cells.values import name_columns

DELIMITERS = ",;\t|"
LONGEST_FIELD = 2**31 - 1
LOOKED_AT = 2000
"""Number of rows by which a delimiter is chosen."""
NEARLY_EMPTY = 0.05
"""Largest share of filled cells with which a column without a name is left out."""

_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?[ \t]*\r?(?:\n|\Z)", re.IGNORECASE)
_JSON = re.compile(r'\s*(?:\[\s*)?\{\s*"[^"\n]*"\s*:')
_LONE_RETURN = re.compile(r"\r(?!\n)")
_COMMENTS = re.compile(r"(?:\s*(?:#|//)[^\n]*\n|[ \t]*\r?\n)*")


@dataclass(frozen=True, eq=False)
class Cells:
    """A table as texts.

    Args:
        names: Names of the columns.
        columns: Cells of each column, all of one length, without spaces around them.
        delimiter: Character between fields.
        notes: Remarks on how the table was read.
    """

    names: tuple[str, ...]
    columns: tuple[Sequence[str], ...]
    delimiter: str = ","
    notes: tuple[str, ...] = ()

    def with_notes(self, *notes: str) -> Cells:
        """The same cells with further notes before their own; empty ones are left out."""
        return replace(self, notes=(*filter(None, notes), *self.notes))

    def rows(self) -> Iterator[dict[str, str]]:
        """Each row, by the names of the columns."""
        for row in zip(*self.columns, strict=True):
            yield dict(zip(self.names, row, strict=True))


def read_cells(text: str, delimiters: str = DELIMITERS) -> Cells:
    """The cells of a text whose first row names the columns.

    Skipped, with a note: comments, titles and further rows of names around the header, and columns
    without a name that are nearly empty. A line ``sep=;`` names the delimiter.

    Args:
        text: Text of the whole file.
        delimiters: Possible characters between fields.

    Raises:
        UnreadableCells: A row has more or fewer fields than the header, a quote is never closed, or
            there is no header.
    """
    usual = csv.field_size_limit(LONGEST_FIELD)
    try:
        return _read(_with_line_feeds(text), delimiters)
    finally:
        csv.field_size_limit(usual)


def _read(text: str, delimiters: str) -> Cells:
    if _JSON.match(text):
        hint = "with an object a line its name should end in .jsonl"
        raise UnreadableCells(f"this is JSON, and no text with a row a line; {hint}")
    preamble = _skip_preamble(text, delimiters)
    rows, notes = _split(preamble.body, preamble.delimiter, preamble.line)
    if not rows:
        raise UnreadableCells("there are no rows in it")
    return cells_of_rows(rows, preamble.comments, preamble.delimiter).with_notes(*notes)


@dataclass(frozen=True)
class _Preamble:
    """The ``comments`` above the rows, the ``line`` where the rows begin, and the rows."""

    comments: str
    line: int
    delimiter: str
    body: str


def _skip_preamble(text: str, delimiters: str) -> _Preamble:
    found = _SEPARATOR.match(text)
    start = found.end() if found else 0
    skipped = _COMMENTS.match(text, start)
    end = skipped.end() if skipped and not _is_header(text, start, delimiters) else start
    body = text[end:]
    delimiter = found[1] if found else find_delimiter(body, delimiters)
    return _Preamble(text[start:end], text.count("\n", 0, end) + 1, delimiter, body)


def cells_of_rows(rows: list[RowRecord], comments: str = "", delimiter: str = ",") -> Cells:
    """The cells of all rows of a file.

    Args:
        rows: Rows that are not empty, with the header and the titles above it.
        comments: Comment lines above them.
        delimiter: Character between fields.

    Raises:
        UnreadableCells: As in ``read_cells``.
    """
    header = find_header(rows, comments, delimiter)
    width = _check_widths(header.rows, len(header.names), delimiter)
    cells = zip(*(row.cells for row in header.rows), strict=True)
    columns = [tuple(map(str.strip, column)) for column in cells][:width] or [()] * width
    names = name_columns(header.names)
    kept, left_out = _leave_out_empty(header.names, columns)
    return Cells(
        tuple(names[at] for at in kept),
        tuple(columns[at] for at in kept),
        delimiter,
        (*header.notes, *left_out),
    )


@dataclass(frozen=True)
class FileHead:
    """The format of a file, found at its beginning.

    Args:
        lines: Number of lines above the first row of data.
        names: Names of the columns, as they are written.
        delimiter: Character between fields.
        quoting: 3 if quotes mean nothing, so that each line is a row; otherwise 0.
    """

    lines: int
    names: tuple[str, ...]
    delimiter: str
    quoting: Literal[0, 3]


def read_head(text: str, delimiters: str = DELIMITERS) -> FileHead:
    """The format of a file, from its first rows.

    Args:
        text: Beginning of the file, cut at the end of a row.
        delimiters: Possible characters between fields.

    Raises:
        UnreadableCells: As in ``read_cells``.
    """
    preamble = _skip_preamble(_with_line_feeds(text), delimiters)
    rows, notes = _split(preamble.body, preamble.delimiter, preamble.line)
    if not rows:
        raise UnreadableCells("there are no rows in it")
    header = find_header(rows, preamble.comments, preamble.delimiter)
    end = header.rows[0].line - 1 if header.rows else rows[-1].line
    return FileHead(end, tuple(header.names), preamble.delimiter, csv.QUOTE_NONE if notes else 0)


def _with_line_feeds(text: str) -> str:
    """Text with line feeds at the ends of rows, and spaces for other lone carriage returns.

    In files of old Macs, rows end with a carriage return alone.
    """
    if "\r" not in text:
        return text
    lone = len(_LONE_RETURN.findall(text))
    if not lone:
        return text
    is_old_mac = "\r\n" not in text and lone >= text.count("\n")
    return _LONE_RETURN.sub("\n" if is_old_mac else " ", text)


def _is_header(text: str, start: int, delimiters: str) -> bool:
    """Whether the first line is the header, though it begins like a comment: ``#id,name``."""
    first, second = [*text[start:].split("\n", 2), "", ""][:2]
    if not first.startswith("#") or second.lstrip().startswith("#"):
        return False
    counts = [first.count(each) for each in delimiters]
    return (
        max(counts) > 0
        and not first.startswith("# ")
        and counts == [second.count(each) for each in delimiters]
    )


def find_delimiter(text: str, delimiters: str = DELIMITERS) -> str:
    """The character between fields: the one that gives most of the first rows the same length."""
    first = next((line for line in text.split("\n", 50) if line.strip()), "")
    possible = [each for each in delimiters if each in first]
    if not possible:  # the first line may be a title
        possible = [each for each in delimiters if each in text]
    if len(possible) < 2:
        return possible[0] if possible else delimiters[0]
    head = _head(text)
    return max(possible, key=lambda each: _evenness(head, each))


def _head(text: str) -> str:
    """The first rows of a text, cut at the end of a line."""
    end = 0
    for _ in range(LOOKED_AT):
        end = text.find("\n", end) + 1
        if not end:
            return text
    return text[:end]


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """The share of rows of the most frequent length, and that length."""
    widths = Counter(len(row.cells) for row in _parse(text, delimiter, 1))
    if not widths:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda found: found[1])
    return (count / sum(widths.values()), width) if width > 1 else (0.0, 1)


def _split(text: str, delimiter: str, line: int) -> tuple[list[RowRecord], tuple[str, ...]]:
    """The rows that are not empty, and a note if quotes were read as plain characters."""
    rows = list(_parse(text, delimiter, line))
    long = [row for row in rows if row.lines > 1]
    if not long:
        return rows, ()
    plain = _parse_lines(text, delimiter, line)
    if plain:
        unquoted = [RowRecord([_unquote(cell) for cell in row.cells], row.line, 1) for row in plain]
        told = f'a double quote (") opens in line {long[0].line} and does not close there'
        return unquoted, (f"{told}: each line is read as a row of its own",)
    _check_closed(text, rows, delimiter)
    return rows, ()


def _parse_lines(text: str, delimiter: str, line: int) -> list[RowRecord]:
    """Each line as a row, for tab-separated text whose lines have one length; otherwise [].

    Texts contain no tabs, so that programs often write them without quotes.
    """
    if delimiter not in "\t|":
        return []
    rows = list(_parse(text, delimiter, line, csv.QUOTE_NONE))
    widths = [len(row.cells) for row in rows]
    usual = max(set(widths), key=widths.count)
    return rows if usual > 1 and set(widths[widths.index(usual) :]) == {usual} else []


def _check_closed(text: str, rows: Sequence[RowRecord], delimiter: str) -> None:
    """Check that the last row is not one whose quote is never closed."""
    last = rows[-1]
    strict = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    if last.lines < 2:
        return
    try:
        for _ in strict:
            pass
    except csv.Error as error:
        if "unexpected end" in str(error):
            message = 'a double quote (") opens in this row and is never closed'
            raise UnreadableCells(message, last.line) from None


def _parse(
    text: str, delimiter: str, line: int, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
) -> Iterator[RowRecord]:
    lines = io.StringIO(text, newline="\n").readlines()  # no other character ends a line
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, quoting=quoting)
    before = 0
    for cells in reader:
        # A quoted blank is an empty cell; a blank line is no row.
        if len(cells) > 1 or "".join(cells).strip() or '"' in lines[reader.line_num - 1]:
            yield RowRecord(cells, line + before, reader.line_num - before)
        before = reader.line_num


def _unquote(cell: str) -> str:
    text = cell.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text


def _check_widths(rows: Sequence[RowRecord], fields: int, delimiter: str) -> int:
    """The number of columns; a delimiter at the end of every row makes no further one."""
    if rows and all(len(row.cells) == fields + 1 and not row.cells[-1].strip() for row in rows):
        return fields
    for row in rows:
        if len(row.cells) != fields:
            hint = f'a field that holds {delimiter!r} stands between double quotes (")'
            if row.lines > 1:
                last = row.line + row.lines - 1
                hint = f'it ends in line {last}: is a double quote (") never closed?'
            sizes = f"the header has {fields} fields, but this row {len(row.cells)}"
            raise UnreadableCells(f"{sizes}; {hint}", row.line)
    return fields


def _leave_out_empty(
    header: Sequence[str], columns: Sequence[Sequence[str]]
) -> tuple[list[int], tuple[str, ...]]:
    """The indices of the columns to keep, and a note on those left out."""
    filled = [sum(map(bool, column)) for column in columns]
    left = [
        at
        for at, (name, column) in enumerate(zip(header, columns, strict=False))
        if not name.strip() and filled[at] <= NEARLY_EMPTY * len(column)
    ]
    kept = [at for at in range(len(header)) if at not in set(left)]
    if not left or not kept:
        return list(range(len(header))), ()
    what = "a column" if len(left) == 1 else f"{len(left)} columns"
    cells = sum(filled[at] for at in left)
    holding = f"with something in {cells:,} cells" if cells else "with nothing in it"
    return kept, (f"left out {what} without a name, {holding}",)
