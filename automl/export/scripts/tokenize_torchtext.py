"""Tokenizes texts into words, with torchtext."""

from __future__ import annotations

from collections.abc import Callable

from torchtext.data.utils import get_tokenizer


def make_tokenizer(state: list[str]) -> Callable[[str], list[int]]:
    """A function from a text to the ids of its words; 1 is unknown."""
    words = get_tokenizer("basic_english")
    places = {word: at for at, word in enumerate(state)}
    return lambda text: [places.get(word, 1) for word in words(text)]
