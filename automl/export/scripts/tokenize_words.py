"""Tokenizes texts into words or subwords, with the library that learned them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tokenizers import Tokenizer


def make_tokenizer(state: dict[str, Any]) -> Callable[[str], list[int]]:
    """A function from a text to the ids of its tokens."""
    tokenizer = Tokenizer.from_str(json.dumps(state))
    return lambda text: list(tokenizer.encode(text).ids)
