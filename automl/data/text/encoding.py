"""The encoding of texts, as the ids of their tokens; and the columns of a table that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from automl.core.data_types import PADDING, Tokens
from automl.core.error_analysis import TextExample
from automl.core.errors import DataError
from automl.data.cells.characters import Characters, UnreadableCells, decode
from automl.data.cells.values import UNNAMED
from automl.data.encoding import Array, Encoding, Reading
from automl.data.tables.columns import as_text, is_nested
from automl.data.tables.reader import is_table, open_table
from automl.data.tables.roles import check_column
from automl.data.text.tokenizers import TOKENIZERS, Tokenizer

if TYPE_CHECKING:
    import pandas as pd

TEXT_NAMES = (
    *("text", "review", "sentence", "comment", "body", "content", "message", "document", "tweet"),
)
TARGET_NAMES = (
    *("label", "target", "class", "sentiment", "category", "rating", "score", "stars", "y"),
)

CLEARLY_LONGER = 2.0
"""Times the length of the strings of any other column that makes a column the one of the texts."""
MOST_CHARACTERS = 100
"""Characters per token that are read of a text, far more than tokens have, so that a text of a
million characters takes no longer than others."""


def find_text_and_target(
    frame: pd.DataFrame, text: str | None, target: str | None
) -> tuple[str, str]:
    """The text and the target column: as given, else by their names, else by their types.

    Args:
        frame: The table, without columns that are for something else.
        text: Column that the user named for the texts, if any.
        target: Column that the user named for the target, if any.

    Raises:
        DataError: There is no such column, or it is not clear which one is meant.
    """
    if text is not None and text == target:
        raise DataError(f"column {text!r} cannot be both the text and the target")
    text = find_text(frame.drop(columns=target) if target in frame else frame, text)
    others = [column for column in frame.columns if column != text]
    if target is not None:
        return text, check_column(others, target, "--target")
    return text, find_label(frame, others)


def find_label(frame: pd.DataFrame, others: Sequence[str]) -> str:
    """The column of the targets: the one with a usual name for it, else the only one.

    Args:
        frame: The table.
        others: Columns that are not inputs.

    Raises:
        DataError: It is not clear which one is meant.
    """
    named = [column for column in others if not UNNAMED.fullmatch(column)]
    return _the_only(_named(named, TARGET_NAMES) or named or others, frame, "target")


def find_text(frame: pd.DataFrame, given: str | None) -> str:
    """The column of the texts: as given, else by its name, else with by far the longest strings.

    Raises:
        DataError: There is no such column, or it is not clear which one is meant.
    """
    columns = list(frame.columns)
    if given is not None:
        return check_column(columns, given, "--text")
    return _the_only(_named(columns, TEXT_NAMES) or _longest(frame), frame, "text")


def read_texts(frame: pd.DataFrame, column: str) -> list[str]:
    """The texts of a column; an empty one where a text is missing.

    Raises:
        DataError: The column holds lists or objects.
    """
    if is_nested(frame[column]):
        raise DataError(f"column {column!r} holds lists or objects, but texts are needed")
    return as_text(frame[column]).astype(object).fillna("").tolist()  # type: ignore[no-any-return]


def _the_only(found: Sequence[str], frame: pd.DataFrame, option: str) -> str:
    if len(found) == 1:
        return found[0]
    columns = ", ".join(repr(column) for column in frame.columns)
    raise DataError(
        f"it is not clear which column is the {option}, of {columns}; name it with --{option}"
    )


def _named(columns: Sequence[str], usual: Sequence[str]) -> list[str]:
    """The columns with a usual name, in the singular or the plural."""
    names = {*usual, *(f"{name}s" for name in usual)}
    return [column for column in columns if column.strip().lower() in names]


def _longest(frame: pd.DataFrame) -> list[str]:
    """The columns of strings, without those whose strings are clearly shorter than the longest."""
    from pandas.api.types import is_string_dtype

    present = {column: frame[column].dropna() for column in frame.columns}
    lengths = {
        column: values.astype(str).str.len().mean()
        for column, values in present.items()
        if len(values) and is_string_dtype(values)
    }
    most = max(lengths.values(), default=0)
    return [column for column, length in lengths.items() if CLEARLY_LONGER * length > most]


class TextEncoding(Encoding):
    """A tokenizer makes the ids; tokens beyond ``length`` are cut off."""

    kind: ClassVar[str] = "text"
    unit: ClassVar[str] = "texts"
    dtype: ClassVar[Literal["uint8", "int32", "float32"]] = "int32"
    example_file: ClassVar[str] = "texts.csv"
    inputs_note: ClassVar[str] = (
        "Token ids go in, with 0 as padding at the end of the shorter texts of a batch. The amount "
        "of padding does not change a text's result."
    )
    limit_note: ClassVar[str] = (
        "It takes up to {0} tokens of a text, out of {1} that it knows. Your own code has to "
        "tokenize texts as the encoding does."
    )

    tokenizer: str
    """A name of ``TOKENIZERS``."""

    state: str
    """What the tokenizer learned from the train split, as JSON."""

    length: Annotated[int, Field(ge=1)]
    """Most tokens of a text."""

    text: str | None = None
    """Column of a table that holds the texts; None if they were not in a table."""

    characters: str | None = None
    """Character encoding of files, if the user named one; None if each file shows its own."""

    @model_validator(mode="after")
    def _has_a_tokenizer(self) -> TextEncoding:
        self._trained  # noqa: B018  # raises ValueError where ``state`` is not of this tokenizer
        return self

    @classmethod
    def train(
        cls, tokenizer: str, texts: Sequence[str], vocabulary: int, length: int, text: str | None
    ) -> TextEncoding:
        """Train a tokenizer.

        Args:
            tokenizer: A name of ``TOKENIZERS``.
            texts: Texts of the train split.
            vocabulary: Most ids, padding and unknown included.
            length: Most tokens of a text.
            text: Column of a table that the texts are from; None if they were not in a table.

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
        """The most tokens of a text, and the number of ids."""
        return Tokens(self.length, self._trained.vocabulary)

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """(length,); a batch of shorter texts has fewer tokens."""
        return (self.length,)

    @property
    def preprocessing(self) -> Mapping[str, Mapping[str, Any]]:
        """The model takes ids as they are."""
        return {"tokens": {}}

    def describe(self) -> str:
        """The length, tokenizer and vocabulary, as in ``"up to 200 tokens (word) of 10,000"``."""
        return f"up to {self.length:,} tokens ({self.tokenizer}) of {self._trained.vocabulary:,}"

    def encode(self, texts: Sequence[str]) -> list[Array]:
        """The ids of each text: int32 (tokens,) with 1 to ``length`` tokens."""
        beginnings = [_beginning(text, self.length) for text in texts]
        return [np.array(ids[: self.length], np.int32) for ids in self._trained.encode(beginnings)]

    def reads(self, path: Path) -> bool:
        """Whether the file is a ``.txt`` file or a table."""
        return path.suffix.lower() == ".txt" or is_table(path)

    def read(self, path: Path) -> Iterator[Reading]:
        """The text of a ``.txt`` file, or of each row of a table.

        Raises:
            DataError: The table cannot be read, or lacks the column that the model was trained on.
        """
        if path.suffix.lower() == ".txt":
            yield self._read_whole(path)
        else:
            texts, note = self._read_rows(path)
            for row, text in enumerate(texts, start=1):
                reading = self._reading(f"{path} row {row:,}", text)
                yield replace(reading, note=note) if row == 1 else reading

    def stack(self, values: Sequence[Array]) -> Array:
        """int32 (N, tokens of the longest text), with padding behind shorter ones."""
        batch = np.full((len(values), max(map(len, values), default=0)), PADDING, np.int32)
        for row, ids in zip(batch, values, strict=True):
            row[: len(ids)] = ids
        return batch

    def show(self, value: Array) -> TextExample:
        """The text that the model sees."""
        return TextExample(self._trained.decode(value.tolist()))

    def _read_whole(self, path: Path) -> Reading:
        try:
            return self._reading(str(path), read_text(path, self.characters).text)
        except DataError as error:
            return Reading(str(path), error=str(error))

    def _read_rows(self, path: Path) -> tuple[list[str], str]:
        """The texts of a table, and a note on how it was read."""
        known = None if self.text is None else {self.text: frozenset[str]()}
        table = open_table(path, known, self.characters)
        try:
            texts = read_texts(table.frame, find_text(table.frame, self.text))
            return texts, table.note(path)
        except DataError as error:
            raise DataError(f"{path}: {error}") from None

    def _reading(self, name: str, text: str) -> Reading:
        if not text.strip():
            return Reading(name, error="there is no text in it")
        return Reading(name, self.encode([text])[0])


def _beginning(text: str, length: int) -> str:
    return text.lstrip()[: length * MOST_CHARACTERS]


def check_encoding(name: str | None) -> None:
    """Check the name of a character encoding.

    Raises:
        DataError: There is no such encoding.
    """
    try:
        decode(b"a", name)
    except UnreadableCells as error:
        raise DataError(str(error)) from None


def read_text(path: Path, encoding: str | None = None) -> Characters:
    """Read a text file: by its byte order mark, as UTF-8 or UTF-16, else as Windows-1252.

    Args:
        path: The file.
        encoding: Character encoding to take instead.

    Raises:
        DataError: The file cannot be read, is empty or not text, or there is no such encoding.
    """
    try:
        return decode(path.read_bytes(), encoding, is_table=False)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    except UnreadableCells as error:
        raise DataError(f"{path}: {error}") from None
