"""Durations and commands as people write them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from automl.cli.tables import columns
from automl.core.defaults import RESULTS
from automl.core.errors import UserError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LATENCY = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+|\d+(?:\.\d+)?")


def parse_duration(text: str | None, flag: str) -> float | None:
    """Seconds of ``"90"``, ``"30m"``, ``"1h30m"``; None stays None.

    Raises:
        UserError: if it is no duration above 0.
    """
    if text is None:
        return None
    seconds = 0.0
    if _DURATION.fullmatch(text):
        parts = re.findall(r"(\d+(?:\.\d+)?)([smhd]?)", text)
        seconds = sum(float(number) * _UNITS[unit or "s"] for number, unit in parts)
    if seconds <= 0:
        raise UserError(f"{flag} {text!r}: give a time above 0 such as 90s, 30m or 1h30m")
    return seconds


def parse_latency(text: str | None, flag: str) -> float | None:
    """Milliseconds of ``"5ms"``, ``"0.5ms"``, ``"1s"``; None stays None.

    Raises:
        UserError: if it is no time above 0 with its unit.
    """
    if text is None:
        return None
    found = _LATENCY.fullmatch(text)
    latency = float(found[1]) * (1000 if found[2] == "s" else 1) if found else 0.0
    if latency <= 0:
        raise UserError(f"{flag} {text!r}: give a time above 0 with its unit, such as 5ms or 1s")
    return latency


def program() -> str:
    """The program as the user called it."""
    return "automl" if Path(sys.argv[0]).name == "automl" else "python -m automl"


def where(results: str) -> str:
    """The flag that a next step needs to find a study again."""
    return "" if results == RESULTS else f" --results {results}"


def next_steps(steps: Sequence[tuple[str, str]]) -> str:
    """What to type next: commands without the program's name, and what each is for."""
    return f"Next:\n{columns([(f'{program()} {step}', what) for step, what in steps], '  ')}"
