"""Bytes as tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from automl.data.text.tokenizers import UNKNOWN, Tokenizer

BYTES = 256
FIRST = UNKNOWN + 1


def make_encode(state: dict[str, Any]) -> Callable[[str], list[int]]:
    """A function from a text to the ids of its bytes; 0 is padding, 1 is unknown."""
    return lambda text: [2 + byte for byte in text.encode("utf-8", "replace")]


class ByteTokenizer(Tokenizer):
    """The bytes of a text in UTF-8; learns nothing, knows every language, makes long sequences.

    As in ByT5 (Xue et al. 2022, https://arxiv.org/abs/2105.13626).
    """

    make_encode = staticmethod(make_encode)

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> ByteTokenizer:
        """Learn nothing: the vocabulary is always ``SMALLEST_VOCABULARY``."""
        return cls()

    @classmethod
    def from_state(cls, state: str) -> ByteTokenizer:
        """The one byte tokenizer there is."""
        return cls()

    def state(self) -> str:
        """An empty object."""
        return json.dumps({})

    @property
    def vocabulary(self) -> int:
        """Every byte, padding and unknown."""
        return FIRST + BYTES

    def _encode(self, texts: list[str]) -> Iterable[list[int]]:
        for text in texts:
            yield [FIRST + byte for byte in text.encode("utf-8")]

    def _decode(self, ids: list[int]) -> str:
        return bytes(each - FIRST for each in ids).decode("utf-8", "replace")
