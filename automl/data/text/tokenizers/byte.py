"""Bytes as tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import ClassVar

from automl.data.text.tokenizers import UNKNOWN, Tokenizer

BYTES = 256
FIRST = UNKNOWN + 1


class ByteTokenizer(Tokenizer):
    """The bytes of a text in UTF-8; learns nothing, knows every language, makes long sequences.

    As in ByT5 (Xue et al. 2022, https://arxiv.org/abs/2105.13626).
    """

    script: ClassVar[str] = "tokenize_bytes"

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
