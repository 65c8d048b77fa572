"""Numbers and durations as people read them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Seconds as ``"8 s"``, ``"4 min 12 s"``, ``"2 h 5 min"``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def value(number: float | None) -> str:
    """A metric's value, or a dash."""
    return "-" if number is None else f"{number:.4f}"


def plain(setting: object) -> str:
    """A drawn value: floats to four significant digits."""
    return f"{setting:.4g}" if isinstance(setting, float) else str(setting)


def count(number: int, noun: str) -> str:
    """``"1 trial"``, ``"2 trials"``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
