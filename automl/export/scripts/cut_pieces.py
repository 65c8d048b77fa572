"""Cuts texts into words or pieces of words, with the library that learned them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tokenizers import Tokenizer


def make_cut(state: dict[str, Any]) -> Callable[[str], list[int]]:
    """From a text to the ids of its tokens."""
    tokenizer = Tokenizer.from_str(json.dumps(state))
    return lambda text: list(tokenizer.encode(text).ids)
