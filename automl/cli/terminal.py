"""What the terminal can do: its width, its characters, and whether it can be redrawn."""

from __future__ import annotations

import codecs
import os
import sys
import textwrap

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


def wrap(text: str, hanging: str = "") -> str:
    """A sentence in lines that the terminal has room for, later ones behind ``hanging``."""
    width = terminal_width()
    if width is None or len(text) <= width:
        return text
    return textwrap.fill(
        text, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


def use_lookalikes() -> None:
    """Have both streams write a lookalike for what their encoding lacks, and never fail."""
    codecs.register_error("automl.lookalikes", _look_alike)
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="automl.lookalikes")


def _look_alike(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_LOOKALIKES.get(each, "?") for each in lacking), error.end
