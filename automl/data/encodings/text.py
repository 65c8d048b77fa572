"""Texts: as the ids of their tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from automl.core.errors import DataError
from automl.core.review import Words
from automl.core.shape import PADDING, Tokens
from automl.data.encodings.encoding import Array, Encoding, Reading
from automl.data.tables.read import is_table, read_table
from automl.data.text.columns import find_text, read_texts
from automl.data.text.read_text import read_text
from automl.data.text.tokenizers import TOKENIZERS
from automl.data.text.tokenizers.tokenizer import Tokenizer

# So many per token are looked at, which is far more than tokens have: a text of a million
# characters then takes no longer than others.
MOST_CHARACTERS = 100


class TextEncoding(Encoding):
    """A tokenizer makes the ids; what is beyond ``length`` tokens is cut off."""

    kind: ClassVar[str] = "text"
    unit: ClassVar[str] = "texts"
    dtype: ClassVar[Literal["uint8", "int32", "float32"]] = "int32"

    tokenizer: str
    """A name of ``TOKENIZERS``."""

    state: str
    """What the tokenizer learned from the train split, as JSON."""

    length: Annotated[int, Field(ge=1)]
    """The most tokens of a text."""

    text: str | None = None
    """The column of a table that holds the texts; None if they were no table."""

    @model_validator(mode="after")
    def _has_a_tokenizer(self) -> TextEncoding:
        self._trained  # noqa: B018  # raises ValueError where ``state`` is none of this tokenizer's
        return self

    @classmethod
    def train(
        cls, tokenizer: str, texts: Sequence[str], vocabulary: int, length: int, text: str | None
    ) -> TextEncoding:
        """Train a tokenizer.

        Args:
            tokenizer: A name of ``TOKENIZERS``.
            texts: Of the train split.
            vocabulary: The most ids there may be, padding and unknown among them.
            length: The most tokens of a text.
            text: The column that the texts are from.

        Raises:
            MissingPackage: The tokenizer's library is not installed.
        """
        seen = (_beginning(each, length) for each in texts)
        state = TOKENIZERS[tokenizer].train(seen, vocabulary).state()
        return cls(tokenizer=tokenizer, state=state, length=length, text=text)

    @cached_property
    def _trained(self) -> Tokenizer:
        return TOKENIZERS[self.tokenizer].from_state(self.state)

    @property
    def shape(self) -> Tokens:
        """The most tokens of a text, and how many ids there are."""
        return Tokens(self.length, self._trained.vocabulary)

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """(length,), the most there can be."""
        return (self.length,)

    @property
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """Ids are looked up as they are."""
        return {"tokens": {}}

    def describe(self) -> str:
        """As ``"up to 200 tokens (word) of 10,000"``."""
        return f"up to {self.length:,} tokens ({self.tokenizer}) of {self._trained.vocabulary:,}"

    def encode(self, texts: Sequence[str]) -> list[Array]:
        """The ids of each text: int32 (tokens,), of which there are 1 to ``length``."""
        beginnings = [_beginning(text, self.length) for text in texts]
        return [np.array(ids[: self.length], np.int32) for ids in self._trained.encode(beginnings)]

    def reads(self, path: Path) -> bool:
        """A ``.txt`` file, or a table."""
        return path.suffix.lower() == ".txt" or is_table(path)

    def read(self, path: Path) -> Iterator[Reading]:
        """The one text of a ``.txt`` file, or that of each row of a table.

        Raises:
            DataError: The table cannot be read, or has not the column that training read.
        """
        if path.suffix.lower() == ".txt":
            yield self._read_whole(path)
        else:
            for row, text in enumerate(self._read_rows(path), start=1):
                yield self._reading(f"{path} row {row:,}", text)

    def stack(self, values: Sequence[Array]) -> Array:
        """int32 (N, tokens of the longest), with padding behind the shorter ones."""
        batch = np.full((len(values), max(map(len, values), default=0)), PADDING, np.int32)
        for row, ids in zip(batch, values, strict=True):
            row[: len(ids)] = ids
        return batch

    def show(self, value: Array) -> Words:
        """The tokens as text again."""
        return Words(self._trained.decode(value.tolist()))

    def _read_whole(self, path: Path) -> Reading:
        try:
            return self._reading(str(path), read_text(path))
        except DataError as error:
            return Reading(str(path), error=str(error))

    def _read_rows(self, path: Path) -> list[str]:
        frame = read_table(path)
        try:
            return read_texts(frame, find_text(frame, self.text))
        except DataError as error:
            raise DataError(f"{path}: {error}") from None

    def _reading(self, name: str, text: str) -> Reading:
        if not text.strip():
            return Reading(name, error="there is no text in it")
        return Reading(name, self.encode([text])[0])


def _beginning(text: str, length: int) -> str:
    return text.lstrip()[: length * MOST_CHARACTERS]
