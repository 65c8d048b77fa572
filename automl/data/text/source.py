"""The base of all datasets of texts: read, split so that no text is in two splits, and encoded."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from automl.core.data_types import Classes, Target
from automl.core.errors import DataError
from automl.data.dataset import Dataset, Indices, Split, Targets, hash_content
from automl.data.encoding import Array
from automl.data.leakage import find_duplicates
from automl.data.source import Announce, Source
from automl.data.splits import split_classes, split_rows
from automl.data.text.encoding import TextEncoding
from automl.data.text.tokenizers import SMALLEST_VOCABULARY, TOKENIZERS

AUTO_LENGTHS = 16, 400
"""Least and most tokens of a text where its length is left to the data."""

KEPT_IN_MEMORY = 2
"""Corpora kept in memory: a search reads one, somebody at a Python prompt may compare two."""

MANY_CHARACTERS = 5_000_000
"""Characters on which training a tokenizer takes seconds."""
HELD_OUT = ("validation", "test")


class TextSource(Source):
    """Texts, encoded by a tokenizer that is trained on the train split alone."""

    kind: ClassVar[str] = "text"

    # Pydantic reads the names when it makes the class; mypy knows only names that are written out.
    tokenizer: Literal[TOKENIZERS.names] = "word"  # type: ignore[name-defined]
    """Tokenizer: it cuts texts into words, pieces of words (bpe), bytes, or torchtext's tokens."""

    vocabulary: Annotated[int, Field(ge=SMALLEST_VOCABULARY)] = 10_000
    """Most different tokens, padding and unknown included; always 258 for bytes."""

    length: Annotated[int, Field(ge=1)] | Literal["auto"] = 200
    """Most tokens of a text; the rest is cut off. `auto` is the next power of two
    from the longest train text on, from 16 to 400."""

    @abstractmethod
    def locate(self, name: str, announce: Announce) -> Path:
        """The file or folder that ``name`` is read from.

        Raises:
            DataError: The data is not on this machine, and cannot be fetched.
        """

    @abstractmethod
    def read(self, path: Path, seed: int) -> Corpus:
        """Read the texts and split them; the tokenizer's options make no difference.

        Raises:
            DataError: The texts are unreadable or too few.
        """

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the texts, or take them from memory; train the tokenizer; encode them."""
        path = self.locate(name, announce)
        untokenized = self.model_copy(update=dict.fromkeys(TextSource.model_fields))
        corpus = _read_once(untokenized, path, _stamp(path), seed)
        encoding = self._train(corpus, name, announce)
        splits = {split: _encode(texts, encoding) for split, texts in corpus.splits.items()}
        is_class = isinstance(corpus.target, Classes)
        return Dataset(
            name=Path(name).absolute().name,
            task="text_classification" if is_class else "text_regression",
            train=splits["train"],
            validation=splits["validation"],
            test=splits["test"],
            encoding=encoding,
            target=corpus.target,
            notes=(*corpus.notes, *_length_notes(splits["train"], encoding.length)),
            fingerprint=corpus.fingerprint,
        )

    def _train(self, corpus: Corpus, name: str, announce: Announce) -> TextEncoding:
        texts: Sequence[str] = corpus.splits["train"].inputs.tolist()
        characters = sum(map(len, texts))
        if characters > MANY_CHARACTERS:
            announce(f"{name}: tokenizing {characters / 1e6:,.0f} million characters")
        length = AUTO_LENGTHS[1] if self.length == "auto" else self.length
        trained = TextEncoding.train(self.tokenizer, texts, self.vocabulary, length, corpus.column)
        if self.length == "auto":
            length = _fitting_length(trained.encode(texts))
        return trained.model_copy(update={"characters": corpus.characters, "length": length})


def _fitting_length(encoded: Sequence[Array]) -> int:
    """A length that has room for the longest text, and for somewhat longer ones to come."""
    least, most = AUTO_LENGTHS
    longest = max(len(ids) for ids in encoded)
    return min(max(least, 1 << (longest - 1).bit_length()), most)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _read_once(source: TextSource, path: Path, stamp: Hashable, seed: int) -> Corpus:
    """Read the texts once, though a search loads them anew for each setting of the tokenizer."""
    return source.read(path, seed)


def _stamp(path: Path) -> Hashable:
    """Names, times and sizes of the files at ``path`` or below it, to notice that one changes."""
    files = [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]
    states = [(file, file.stat()) for file in files if file.exists()]
    return tuple((str(file.absolute()), state.st_mtime_ns, state.st_size) for file, state in states)


def _encode(texts: Split, encoding: TextEncoding) -> Split:
    ids = encoding.stack(encoding.encode(texts.inputs.tolist()))
    # A copy: writing to a split must not change the corpus, which stays in memory.
    return Split(ids, texts.targets.copy(), texts.clusters)


def _length_notes(train: Split, length: int) -> tuple[str, ...]:
    width = train.inputs.shape[1]
    full = int(np.count_nonzero(train.inputs[:, -1])) if width == length else 0
    rows = f"{full:,} of the {len(train):,} train texts"
    return (f"{rows} have {length:,} tokens or more, and are cut off there",) if full else ()


@dataclass(frozen=True, eq=False)
class Corpus:
    """Texts before they are encoded, and what is predicted from them.

    Args:
        splits: ``train``, ``validation`` and ``test``; their inputs are strings: object (N,).
        target: What is predicted.
        fingerprint: SHA-256 (hexadecimal) of what was read, whatever the splits.
        notes: Sentences for the user.
        column: Column of a table that held the texts; None if they were not in a table.
        characters: Character encoding that the user gave for the files; None if each file shows
            its own.
    """

    splits: Mapping[str, Split]
    target: Target
    fingerprint: str
    notes: tuple[str, ...] = ()
    column: str | None = None
    characters: str | None = None


def text_split(texts: Sequence[str], targets: Targets) -> Split:
    """A split of a corpus.

    Args:
        texts: N strings.
        targets: int64 (N,) class ids, or float64 (N,) numbers.
    """
    is_class = np.issubdtype(targets.dtype, np.integer)
    return Split(np.array(texts, object), targets if is_class else targets[:, None, None])


def hash_texts(read: Mapping[str, Split], labels: Sequence[str]) -> str:
    """SHA-256 (hexadecimal) of all texts and targets; the same on every machine."""
    content = ([name, each.inputs.tolist(), each.targets.tolist()] for name, each in read.items())
    return hash_content(list(labels), *content)


def split_texts(
    given: Mapping[str, Split], labels: tuple[str, ...], seed: int, keep_rare: bool = False
) -> tuple[dict[str, Split], tuple[str, ...], tuple[str, ...]]:
    """Take the splits that are not given from the train split, 15 % of it each.

    Texts that are the same, word for word, stay together.

    Args:
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names; empty where numbers are predicted.
        seed: Seed of the split.
        keep_rare: Whether classes of one or two texts stay, in train; else they are left out.

    Returns:
        The three splits, the names of the remaining classes, and sentences for the user on classes
        left out and on repeated texts.

    Raises:
        DataError: There are too few different texts, or too few of nearly every class.
    """
    missing = [name for name in HELD_OUT if name not in given]
    if not missing:
        return dict(given), labels, find_shared(given)
    train = given["train"]
    texts = _number(train)
    different = train.take(np.unique(texts, return_index=True)[1])
    if len(different) <= len(missing):
        raise DataError(f"{len(different)} different texts cannot be split into {len(missing) + 1}")
    repeated = _find_repeats(texts, train)
    if not labels:
        found: Mapping[str, Indices] = split_rows(len(different), seed, held_out=missing)
        splits = {**given, **_take(train, texts, found)}
        return splits, labels, (*repeated, *find_shared(splits))

    def split(rows: Indices) -> dict[str, Indices]:
        return split_rows(len(rows), seed, classes=different.targets[rows], held_out=missing)

    classed = split_classes(
        different.targets, labels, split, splits=len(missing) + 1, keep_rare=keep_rare
    )
    splits = {**given, **_take(train, texts, classed.splits)}
    splits = {name: _renumbered(split, classed.ids) for name, split in splits.items()}
    return splits, classed.labels, (*classed.notes, *repeated, *find_shared(splits))


def _take(train: Split, texts: Indices, chosen: Mapping[str, Indices]) -> dict[str, Split]:
    """The rows of each split; ``texts`` has the number of each row's text, ``chosen`` the texts."""
    return {name: train.take(np.flatnonzero(np.isin(texts, own))) for name, own in chosen.items()}


def _renumbered(split: Split, ids: Indices) -> Split:
    """The split without the classes left out, to which a repeated text may belong as well."""
    targets = ids[split.targets]
    return replace(split, targets=targets).take(np.flatnonzero(targets >= 0))


def find_shared(splits: Mapping[str, Split]) -> tuple[str, ...]:
    """Sentences on held-out texts that an earlier split has as well."""
    keys = {name: splits[name].inputs.tolist() for name in ("train", *HELD_OUT)}
    return find_duplicates(keys, "texts", "word for word")


def _find_repeats(texts: Indices, train: Split) -> tuple[str, ...]:
    repeats = len(texts) - len(np.unique(texts))
    if not repeats:
        return ()
    rows = "text repeats" if repeats == 1 else "texts repeat"
    note = f"{repeats:,} {rows} another one word for word; both are put into the same split"
    targets = np.unique(train.targets, return_inverse=True)[1].reshape(-1)
    pairs = np.unique(np.stack([texts, targets]), axis=1)
    contrary = int((np.bincount(pairs[0]) > 1).sum())
    return (f"{note}, and {contrary:,} of them have several targets" if contrary else note,)


def _number(split: Split) -> Indices:
    """int64 (N,): the same number for the same text, counted from 0 in order of appearance."""
    import pandas as pd

    return np.asarray(pd.factorize(split.inputs)[0], np.int64)
