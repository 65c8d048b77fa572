"""Tokenizers: the base class, the simplest one, and the table of them all."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from automl.core.data_types import PADDING
from automl.core.registry import Registry

UNKNOWN = PADDING + 1
"""Id of every token outside the vocabulary, and the only token of an empty text."""

SMALLEST_VOCABULARY = 258
"""Padding, unknown and every byte."""

SPECIAL_TOKENS = ("[padding ]", "[unknown ]")
"""Names of the ids PADDING and UNKNOWN.

No tokenizer makes a token with a space inside, so that no text can spell them.
"""

UNKNOWN_WORD = "[?]"
"""What people see where a token is unknown."""

FEWEST_OCCURRENCES = 2
"""Times that a word must occur to get an id.

A word seen once teaches nothing, but as an unknown one it teaches the model about unknown words.
"""

BYTES = 256
FIRST_BYTE = UNKNOWN + 1
"""Id of the byte 0 where bytes are tokens."""


class Tokenizer(ABC):
    """Turns texts into ids: 0 is padding, which no text has, 1 is unknown, then come the tokens.

    Its ``state`` is all of it: that is what is pickled and what a bundle holds.

    Attributes:
        packages: Names in the package index of what ``make_encode`` imports.
    """

    packages: ClassVar[tuple[str, ...]] = ()

    @staticmethod
    @abstractmethod
    def make_encode(state: Any) -> Callable[[str], list[int]]:
        """A function from a text to its ids, for a bundle's ``predict.py``.

        Its source becomes part of that program, so it is a function of a module, imports inside
        itself what it needs, and uses nothing else of automl.

        Args:
            state: ``state()``, read from JSON.
        """

    @classmethod
    @abstractmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> Tokenizer:
        """Learn the tokens of ``texts``.

        Args:
            texts: Texts of the train split alone.
            vocabulary: Most ids, padding and unknown included; at least ``SMALLEST_VOCABULARY``.

        Raises:
            MissingPackage: The tokenizer's library is not installed.
        """

    @classmethod
    @abstractmethod
    def from_state(cls, state: str) -> Tokenizer:
        """The tokenizer with this ``state()``.

        Raises:
            ValueError: This is not the state of such a tokenizer.
        """

    @abstractmethod
    def state(self) -> str:
        """Everything that it has learned, as JSON."""

    @property
    @abstractmethod
    def vocabulary(self) -> int:
        """Number of ids, padding and unknown included."""

    @abstractmethod
    def _encode(self, texts: list[str]) -> Iterable[list[int]]:
        """The ids of each text, which can be written as UTF-8 and has more than white space."""

    @abstractmethod
    def _decode(self, ids: list[int]) -> str:
        """The text of ids that are neither padding nor unknown."""

    def decode(self, ids: Sequence[int]) -> str:
        """The text that a model sees, for people: padding is left out, unknown is ``[?]``."""
        words: list[str] = []
        known: list[int] = []
        for each in (*(each for each in ids if each != PADDING), UNKNOWN):
            if each != UNKNOWN:
                known.append(each)
                continue
            words += [self._decode(known), UNKNOWN_WORD]
            known = []
        return " ".join(word for word in words[:-1] if word)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, from 1 to below ``vocabulary``; an empty text is ``[UNKNOWN]``."""
        writable = [without_surrogates(text).strip() for text in texts]
        found = iter(self._encode([text for text in writable if text]))
        return [next(found) or [UNKNOWN] if text else [UNKNOWN] for text in writable]

    def __reduce__(self) -> tuple[Callable[[str], Tokenizer], tuple[str]]:
        return type(self).from_state, (self.state(),)


def without_surrogates(text: str) -> str:
    """The text with a question mark for each lone surrogate, which JSON can bring in."""
    return text.encode("utf-8", "replace").decode("utf-8")


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
        return FIRST_BYTE + BYTES

    def _encode(self, texts: list[str]) -> Iterable[list[int]]:
        for text in texts:
            yield [FIRST_BYTE + byte for byte in text.encode("utf-8")]

    def _decode(self, ids: list[int]) -> str:
        return bytes(each - FIRST_BYTE for each in ids).decode("utf-8", "replace")


TOKENIZERS: Registry[type[Tokenizer]] = Registry(
    "tokenizer",
    {
        "word": "automl.data.text.tokenizers.hugging_face:WordTokenizer",
        "bpe": "automl.data.text.tokenizers.hugging_face:BpeTokenizer",
        "byte": "automl.data.text.tokenizers:ByteTokenizer",
        "torchtext": "automl.data.text.tokenizers.torchtext:TorchtextTokenizer",
    },
)
