"""What a stranger wrote, as it can be shown."""

from __future__ import annotations


def one_line(text: str) -> str:
    """``text`` with line ends, and all else that a terminal acts on, spelled out."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
