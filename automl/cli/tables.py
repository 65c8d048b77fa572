"""Tables as aligned text: readable in a pipe, without colour, at any width."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from automl.cli.terminal import terminal_width
from automl.core.one_line import one_line

GAP = "  "
# With less room than this beside the other columns, the last one goes below them.
NARROWEST = 24
BELOW = "    "


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns under their headings; see ``columns``."""
    body = _cells(rows)
    return _lay_out([list(headings), *body], _numbers(body, len(headings)), "")


def columns(rows: Iterable[Sequence[str]], indent: str = "") -> str:
    """Columns two spaces apart, numbers to the right.

    Where a terminal has no room for it, the last column is wrapped under itself. Cells may be the
    words of a file: what a terminal would act on is spelled out.
    """
    body = _cells(rows)
    return _lay_out(body, _numbers(body, len(body[0])), indent) if body else ""


def fits(rows: Sequence[Sequence[str]]) -> bool:
    """Whether such columns need no wrapping."""
    width = terminal_width()
    return width is None or sum(_widths(rows)) + len(GAP) * (len(rows[0]) - 1) <= width


def _widths(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*cells, strict=True)]


def _cells(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[one_line(cell) for cell in row] for row in rows]


def _numbers(body: Sequence[Sequence[str]], count: int) -> list[bool]:
    """Which columns hold nothing but numbers."""
    return [all(_is_number(row[column]) for row in body) for column in range(count)]


def _is_number(cell: str) -> bool:
    return cell == "-" or cell.replace(",", "").replace(".", "", 1).isdigit()


def _lay_out(cells: Sequence[Sequence[str]], right: Sequence[bool], indent: str) -> str:
    widths = _widths(cells)
    place = _place_last(len(indent), widths)
    lines: list[str] = []
    for row in cells:
        aligned = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        lines += place.lines(indent + "".join(f"{cell}{GAP}" for cell in aligned[:-1]), aligned[-1])
    return "\n".join(line.rstrip() for line in lines)


@dataclass(frozen=True)
class _Place:
    """Where the last column goes.

    Args:
        start: Characters before its lines but the first.
        room: Characters that a line of it may have, or None for any number.
        below: Whether the first line begins there, too.
    """

    start: int
    room: int | None = None
    below: bool = False

    def lines(self, before: str, cell: str) -> Iterator[str]:
        """The lines of a row whose other columns are ``before``."""
        if self.room is None:
            yield f"{before}{cell}"
            return
        first, *more = _wrapped(cell, self.room) or [""]
        if self.below:
            yield before
            more = [first, *more] if first else more
        else:
            yield f"{before}{first}"
        yield from (f"{'':{self.start}}{line}" for line in more)


def _wrapped(cell: str, room: int) -> list[str]:
    """Lines of whole words; a word that is longer, such as a path, stays whole."""
    return textwrap.wrap(cell.strip(), room, break_long_words=False, break_on_hyphens=False)


def _place_last(indent: int, widths: Sequence[int]) -> _Place:
    start = indent + sum(widths[:-1]) + len(GAP) * (len(widths) - 1)
    width = terminal_width()
    if width is None or start + widths[-1] <= width:
        return _Place(start)
    if width - start >= NARROWEST:
        return _Place(start, width - start)
    return _Place(indent + len(BELOW), max(width - indent - len(BELOW), NARROWEST), below=True)
