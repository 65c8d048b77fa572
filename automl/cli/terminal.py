"""The terminal: its width, its characters, and a count while something takes long."""

from __future__ import annotations

import codecs
import os
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from automl.core.text import lines, one_line

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
