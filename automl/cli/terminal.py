"""What the terminal can do: its width, its characters, and whether it can be redrawn."""

from __future__ import annotations

import codecs
import os
import sys
import textwrap

from automl.core.one_line import one_line

# Drawings are so wide where there is no terminal to fill.
USUAL_WIDTH = 80
# A terminal that cannot move its cursor back.
_DUMB = ("", "dumb", "unknown")
# What stands for a character that a terminal without Unicode has not.
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


def terminal_width() -> int | None:
    """Columns of the terminal, or what COLUMNS says; None where there is neither."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except (OSError, ValueError):  # a pipe, or no file at all
        return None


def can_redraw() -> bool:
    """Whether standard output is a terminal on which a view can be drawn over itself."""
    return sys.stdout.isatty() and os.environ.get("TERM", "") not in _DUMB


def wrap(text: str) -> str:
    """A sentence, which may quote a file, in lines that the terminal has room for."""
    width, line = terminal_width(), one_line(text)
    if width is None or len(line) <= width:
        return line
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)


def echo(text: str) -> None:
    """Print a text on standard output; Typer's own way writes Unicode to streams of ASCII."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def use_lookalikes() -> None:
    """Have both streams write a lookalike for what their encoding lacks, and never fail."""
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
