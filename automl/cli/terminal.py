"""The terminal: width, characters, aligned tables, a count during long work, and next commands."""

from __future__ import annotations

import codecs
import os
import re
import shlex
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from automl.core.defaults import RESULTS
from automl.core.errors import UserError, WrongSpace
from automl.core.text import lines, one_line, shell_word, shortened

# Width of drawings without a terminal.
USUAL_WIDTH = 80
# Terminals that cannot move the cursor back.
_DUMB = ("", "dumb", "unknown")
# Replacements of characters for terminals without Unicode.
_LOOKALIKES = {
    **dict.fromkeys("╭╮┤└╰╯", "+"),
    "×": "x",
    "…": "...",
    "–": "-",
    "─": "-",
    "━": "-",
    "│": "|",
    "█": "#",
    "₂": "2",
}
# Seconds before a count is shown.
COUNT_AFTER_SECONDS = 2.0
GAP = "  "
# Room beside the other columns below which the last one goes under them.
NARROWEST = 24
BELOW = "    "
# Longest word, and longest word in the last column, which may be a path.
LONGEST, LONGEST_LAST = 72, 240
_NUMBER = re.compile(r"[-+]?[\d,]+(\.\d+)?(e[-+]?\d+)?")


def terminal_width() -> int | None:
    """Columns of the terminal, or the value of COLUMNS; None if there is neither."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):  # a pipe, or no file at all
        return None


def can_redraw() -> bool:
    """Whether standard output is a terminal that can be redrawn."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in _DUMB


def wrap(text: str) -> str:
    """A sentence, wrapped to the width of the terminal."""
    width, line = terminal_width(), one_line(text)
    if width is None or len(line) <= width:
        return line
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def echo(text: str, err: bool = False) -> None:
    """Print lines, with control characters escaped, on standard output or standard error.

    Unlike Typer's, it respects the encoding of the stream.
    """
    stream = sys.stderr if err else sys.stdout
    stream.write(f"{lines(text)}\n")
    stream.flush()


def use_lookalikes() -> None:
    """Make both streams replace characters that their encoding lacks, rather than fail."""
    codecs.register_error("automl.lookalikes", _look_alike)
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="automl.lookalikes")


def _look_alike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_LOOKALIKES.get(each) or _spelled_out(each) for each in lacking), error.end


def _spelled_out(character: str) -> str:
    return character.encode("ascii", "backslashreplace").decode("ascii")


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function that shows "done of total" on one line of the terminal, removed afterwards."""
    started = time.monotonic()
    width = 0

    def show(done: int, total: int) -> None:
        nonlocal width
        elapsed = time.monotonic() - started
        if elapsed < COUNT_AFTER_SECONDS or not sys.stderr.isatty():
            return
        left = elapsed * (total - done) / done
        line = f"{done:,} of {total:,} {what}, about {left:.0f} s left"
        width = max(width, len(line))
        sys.stderr.write(f"\r{line:<{width}}")

    try:
        yield show
    finally:
        if width:
            sys.stderr.write(f"\r{'':<{width}}\r")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns under their headings; see ``columns``."""
    body = _cells(rows)
    return _lay_out([*_cells([headings]), *body], _numbers(body, len(headings)), "")


def columns(rows: Iterable[Sequence[str]], indent: str = "") -> str:
    """Columns two spaces apart, numbers aligned to the right.

    On a narrow terminal the last column is wrapped under itself; on a very narrow one the cells of
    a row continue on the next lines. Control characters are escaped.
    """
    body = _cells(rows)
    return _lay_out(body, _numbers(body, len(body[0])), indent) if body else ""


def fits(rows: Sequence[Sequence[str]]) -> bool:
    """Whether these columns need no wrapping."""
    width = terminal_width()
    return width is None or sum(_widths(rows)) + len(GAP) * (len(rows[0]) - 1) <= width


def program() -> str:
    """The program as the user called it: ``"automl"`` or ``"python -m automl"``."""
    return "automl" if Path(sys.argv[0]).name == "automl" else "python -m automl"


def results_flag(results: str) -> str:
    """The ``--results`` flag of a next command; empty for the default folder."""
    return "" if results == RESULTS else f" --results {shell_word(results)}"


def next_steps(steps: Sequence[tuple[str, str]]) -> str:
    """The section of next commands.

    Args:
        steps: Commands without the program's name, each with its purpose.
    """
    return f"Next:\n{columns([(f'{program()} {step}', what) for step, what in steps], '  ')}"


def _retyped(word: str | None, instead: str) -> str:
    """The command that the user typed, with the first ``word`` replaced by ``instead``."""
    arguments = sys.argv[1:]
    if word in arguments:
        arguments[arguments.index(word)] = instead
    return f"{program()} {shlex.join(arguments)}"


@contextmanager
def suggesting_right_space(space: str | None) -> Iterator[None]:
    """Name the right command if the data is for another space than the typed one.

    Raises:
        UserError: with that command.
    """
    try:
        yield
    except WrongSpace as error:
        raise UserError(f"{error.reason}: {_retyped(space, error.right)}") from None


def _widths(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*cells, strict=True)]


def _cells(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """Cells with very long words shortened in their middle; ``--json`` has them in full."""
    return [
        [*(_readable(cell, LONGEST) for cell in others), _readable(last, LONGEST_LAST)]
        for *others, last in rows
    ]


def _readable(cell: str, most: int) -> str:
    """A cell on one line, with words of at most ``most`` characters."""
    line = one_line(cell)
    if len(line) <= most:
        return line
    return re.sub(r"\S+", lambda word: shortened(word[0], most), line)


def _numbers(body: Sequence[Sequence[str]], count: int) -> list[bool]:
    """Which columns hold only numbers."""
    return [all(_is_number(row[column]) for row in body) for column in range(count)]


def _is_number(cell: str) -> bool:
    return cell == "-" or _NUMBER.fullmatch(cell) is not None


def _lay_out(cells: Sequence[Sequence[str]], right: Sequence[bool], indent: str) -> str:
    widths, width = _widths(cells), terminal_width()
    if width is not None and len(indent) + sum(widths[:-1]) + len(GAP) * (len(widths) - 2) > width:
        return "\n".join(line for row in cells for line in _flowed(row, indent, width))
    place = _place_last(len(indent), widths)
    lines: list[str] = []
    for row in cells:
        aligned = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        lines += place.lines(indent + "".join(f"{cell}{GAP}" for cell in aligned[:-1]), aligned[-1])
    return "\n".join(line.rstrip() for line in lines)


def _flowed(row: Sequence[str], indent: str, width: int) -> Iterator[str]:
    """A row that is too wide, as lines with as many whole cells as fit."""
    line, start = "", indent
    for cell in filter(None, row):
        together = f"{line}{GAP}{cell}" if line else f"{start}{cell}"
        if line and len(together) > width:
            yield line
            start = f"{indent}{BELOW}"
            together = f"{start}{cell}"
        *whole, line = _fitting(together, f"{indent}{BELOW}", width)
        yield from whole
    if line:
        yield line


def _fitting(line: str, indent: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    begin = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line.strip(),
        width,
        initial_indent=begin,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


@dataclass(frozen=True)
class _Place:
    """The place of the last column.

    Args:
        start: Indent of its lines but the first.
        room: Characters per line, or None for any number.
        below: Whether the first line is indented, too.
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
