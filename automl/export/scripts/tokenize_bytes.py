"""Tokenizes texts into bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def make_tokenizer(state: dict[str, Any]) -> Callable[[str], list[int]]:
    """A function from a text to the ids of its bytes; 0 is padding, 1 is unknown."""
    return lambda text: [2 + byte for byte in text.encode("utf-8", "replace")]
