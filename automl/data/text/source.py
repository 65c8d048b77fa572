"""The interface of everything that texts are loaded from."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from automl.core.target import Classes
from automl.data.dataset import Dataset, Split
from automl.data.encodings.text import TextEncoding
from automl.data.source import Announce, Source
from automl.data.text.corpus import Corpus
from automl.data.text.tokenizers.tokenizer import SMALLEST_VOCABULARY

# A search reads one corpus; somebody at a Python prompt may compare two.
KEPT_IN_MEMORY = 2
# So many characters take seconds to train a tokenizer on.
MANY_CHARACTERS = 5_000_000


class TextSource(Source):
    """Texts, encoded by a tokenizer that is trained on the train split alone."""

    kind: ClassVar[str] = "text"

    tokenizer: Literal["word", "bpe", "byte", "torchtext"] = "word"
    """What is a token: a word, a piece of one, or a byte; or what torchtext makes one."""

    vocabulary: Annotated[int, Field(ge=SMALLEST_VOCABULARY)] = 10_000
    """The most different tokens, padding and unknown among them; bytes are always 258."""

    length: Annotated[int, Field(ge=1)] = 200
    """The most tokens of a text; what is beyond is cut off."""

    @abstractmethod
    def locate(self, name: str, announce: Announce) -> Path:
        """The file or folder that ``name`` is read from.

        Raises:
            DataError: It is not on this machine, and cannot be fetched.
        """

    @abstractmethod
    def read(self, path: Path, seed: int) -> Corpus:
        """Read the texts and split them; the tokenizer's options make no difference.

        Raises:
            DataError: They are unreadable or not enough.
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
            notes=(*corpus.notes, *_tell_of_cutting(splits["train"], self.length)),
            fingerprint=corpus.fingerprint,
        )

    def _train(self, corpus: Corpus, name: str, announce: Announce) -> TextEncoding:
        texts: Sequence[str] = corpus.splits["train"].inputs.tolist()
        characters = sum(map(len, texts))
        if characters > MANY_CHARACTERS:
            announce(f"{name}: tokenizing {characters / 1e6:,.0f} million characters")
        return TextEncoding.train(
            self.tokenizer, texts, self.vocabulary, self.length, corpus.column
        )


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _read_once(source: TextSource, path: Path, stamp: Hashable, seed: int) -> Corpus:
    """A search loads the texts anew for each setting of the tokenizer, but reads them once."""
    return source.read(path, seed)


def _stamp(path: Path) -> Hashable:
    """Another one as soon as a file at ``path``, or below it, is another one."""
    files = [path, *sorted(path.rglob("*"))] if path.is_dir() else [path]
    states = [(file, file.stat()) for file in files if file.exists()]
    return tuple((str(file.absolute()), state.st_mtime_ns, state.st_size) for file, state in states)


def _encode(texts: Split, encoding: TextEncoding) -> Split:
    ids = encoding.stack(encoding.encode(texts.inputs.tolist()))
    return Split(ids, texts.targets.copy())  # the corpus stays as it is, whoever writes to a split


def _tell_of_cutting(train: Split, length: int) -> tuple[str, ...]:
    width = train.inputs.shape[1]
    full = int(np.count_nonzero(train.inputs[:, -1])) if width == length else 0
    rows = f"{full:,} of the {len(train):,} train texts"
    return (f"{rows} have {length:,} tokens or more, and are cut there",) if full else ()
