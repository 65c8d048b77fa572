"""What every tokenizer is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence

from automl.core.shape import PADDING

UNKNOWN = PADDING + 1
"""The id of what no other id stands for, and all that is left of an empty text."""

SMALLEST_VOCABULARY = 258
"""Padding, unknown and every byte."""

# Names of the ids PADDING and UNKNOWN. No tokenizer cuts out a token with a space inside, so that
# no text can spell them.
SPECIAL_TOKENS = ("[padding ]", "[unknown ]")
# What people are shown where a token is unknown.
UNKNOWN_WORD = "[?]"

# A word seen once teaches nothing; and as an unknown one, it teaches what to make of those.
FEWEST_OCCURRENCES = 2


class Tokenizer(ABC):
    """Turns texts into ids: 0 is padding, which no text has, 1 is unknown, then come the rest.

    It is its ``state``: so it is pickled, and so it travels in a bundle.
    """

    @classmethod
    @abstractmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> Tokenizer:
        """Learn the tokens of ``texts``.

        Args:
            texts: Of the train split alone.
            vocabulary: The most ids there may be, at least ``SMALLEST_VOCABULARY``.

        Raises:
            MissingPackage: The library that it is a part of is not installed.
        """

    @classmethod
    @abstractmethod
    def from_state(cls, state: str) -> Tokenizer:
        """The tokenizer whose ``state()`` this was.

        Raises:
            ValueError: It was none's.
        """

    @abstractmethod
    def state(self) -> str:
        """All it has learned, as JSON."""

    @property
    @abstractmethod
    def vocabulary(self) -> int:
        """How many ids there are, padding and unknown among them."""

    @abstractmethod
    def _encode(self, texts: list[str]) -> Iterable[list[int]]:
        """The ids of each text, which can be written as UTF-8 and has more than white space."""

    @abstractmethod
    def _decode(self, ids: list[int]) -> str:
        """The text of ids that are neither padding nor unknown."""

    def decode(self, ids: Sequence[int]) -> str:
        """What a model is told of a text, for people: padding is left out, unknown is ``[?]``."""
        parts: list[str] = []
        known: list[int] = []
        for each in (*(each for each in ids if each != PADDING), UNKNOWN):
            if each != UNKNOWN:
                known.append(each)
                continue
            parts += [self._decode(known), UNKNOWN_WORD]
            known = []
        return " ".join(part for part in parts[:-1] if part)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, all from 1 to below ``vocabulary``; of an empty one, unknown alone."""
        writable = [without_surrogates(text).strip() for text in texts]
        found = iter(self._encode([text for text in writable if text]))
        return [next(found) or [UNKNOWN] if text else [UNKNOWN] for text in writable]

    def __reduce__(self) -> tuple[Callable[[str], Tokenizer], tuple[str]]:
        return type(self).from_state, (self.state(),)


def without_surrogates(text: str) -> str:
    """The text with a question mark for each half of a character, which JSON can smuggle in."""
    return text.encode("utf-8", "replace").decode("utf-8")
