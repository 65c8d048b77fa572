"""Words, and pieces of words, as tokens: by Hugging Face's ``tokenizers``."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, Field, StrictInt, ValidationError, model_validator

from automl.data.text.tokenizers import (
    FEWEST_OCCURRENCES,
    SPECIAL_TOKENS,
    Tokenizer,
    without_surrogates,
)

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Backend

AT_ONCE = 1000
"""Texts encoded at a time: an encoded text takes many times its size until its ids are read."""
LONGEST_WORD = 100
"""Characters of a word: training time grows with its square, and some texts have no space."""


def make_encode(state: dict[str, Any]) -> Callable[[str], list[int]]:
    """A function from a text to the ids of its tokens."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(json.dumps(state))
    return lambda text: list(tokenizer.encode(text).ids)


class HuggingFaceTokenizer(Tokenizer):
    """A tokenizer of https://huggingface.co/docs/tokenizers; its state is that library's JSON.

    Args:
        backend: The library's own tokenizer, trained.
    """

    make_encode = staticmethod(make_encode)
    packages: ClassVar[tuple[str, ...]] = ("tokenizers",)

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @classmethod
    @abstractmethod
    def _untrained(cls, vocabulary: int) -> tuple[Backend, Any]:
        """An untrained tokenizer, and the library's trainer for it."""

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> HuggingFaceTokenizer:
        """Learn the most frequent tokens; the same texts always give the same ones."""
        backend, trainer = cls._untrained(vocabulary)
        backend.train_from_iterator(map(without_surrogates, texts), trainer)
        # Added tokens are searched for in every text, so a user could write a special one.
        state = json.loads(backend.to_str()) | {"added_tokens": []}
        return cls.from_state(json.dumps(state))

    @classmethod
    def from_state(cls, state: str) -> HuggingFaceTokenizer:
        """The tokenizer with this ``state()``.

        Only what was learned is taken from the library's JSON: the rest could ask for any regular
        expression or any length of padding, and a bundle may come from a stranger.

        Raises:
            ValueError: This is not the state of such a tokenizer.
        """
        from tokenizers import Tokenizer as Backend

        try:
            learned = TokenizerState.model_validate_json(state).model
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from None
        untrained, _ = cls._untrained(0)
        whole = json.loads(untrained.to_str())
        whole["model"] |= learned.model_dump(exclude_none=True)
        return cls(Backend.from_str(json.dumps(whole)))

    def state(self) -> str:
        """As the library writes a ``tokenizer.json``."""
        return self._backend.to_str()

    @property
    def vocabulary(self) -> int:
        """Number of ids, padding and unknown included."""
        return self._backend.get_vocab_size()

    def _encode(self, texts: list[str]) -> Iterator[list[int]]:
        rest = iter(texts)
        while batch := list(islice(rest, AT_ONCE)):
            for encoded in self._backend.encode_batch_fast(batch):
                yield encoded.ids

    def _decode(self, ids: list[int]) -> str:
        tokens = (self._backend.id_to_token(each) for each in ids)
        return self._join([token for token in tokens if token is not None])

    @staticmethod
    @abstractmethod
    def _join(tokens: list[str]) -> str:
        """The text that these tokens spell."""


Piece = Annotated[str, Field(min_length=1)]


class LearnedTokens(BaseModel, frozen=True):
    """The part of the library's JSON that differs between two trained tokenizers of one kind.

    It is checked here, because the library ends the process where parts of it do not match.
    """

    vocab: dict[str, StrictInt]
    """Token -> id."""

    merges: tuple[tuple[Piece, Piece], ...] | None = None
    """Pairs of tokens that byte-pair encoding joins, in this order; None for other tokenizers."""

    @model_validator(mode="after")
    def _fits_together(self) -> LearnedTokens:
        if tuple(map(self.vocab.get, SPECIAL_TOKENS)) != (0, 1):
            raise ValueError(f"the first two tokens should be {' and '.join(SPECIAL_TOKENS)}")
        if sorted(self.vocab.values()) != list(range(len(self.vocab))):
            raise ValueError("the ids should be 0, 1, 2 …, each once")
        for left, right in self.merges or ():
            if not {left, right, left + right} <= self.vocab.keys():
                raise ValueError(f"{left!r} and {right!r} should be tokens, and the two joined too")
        return self


class TokenizerState(BaseModel, frozen=True):
    """The library's JSON; everything else in it is as it was before training."""

    model: LearnedTokens


class WordTokenizer(HuggingFaceTokenizer):
    """Frequent words and punctuation as tokens; any other word is unknown.

    In lower case, because a word at the start of a sentence is the same word.
    """

    @classmethod
    def _untrained(cls, vocabulary: int) -> tuple[Backend, Any]:
        from tokenizers import Tokenizer as Backend
        from tokenizers import models, normalizers, pre_tokenizers, trainers

        backend = Backend(models.WordLevel({}, unk_token=SPECIAL_TOKENS[1]))
        backend.normalizer = normalizers.Lowercase()
        backend.pre_tokenizer = pre_tokenizers.Whitespace()  # \w+|[^\w\s]+
        trainer = trainers.WordLevelTrainer(
            vocab_size=vocabulary,
            min_frequency=FEWEST_OCCURRENCES,
            special_tokens=list(SPECIAL_TOKENS),
            show_progress=False,
        )
        return backend, trainer

    @staticmethod
    def _join(tokens: list[str]) -> str:
        return " ".join(tokens)


class BpeTokenizer(HuggingFaceTokenizer):
    """Byte-level byte-pair encoding: no word is unknown, a rare one becomes several tokens.

    Source: Radford et al. 2019 (GPT-2), after Sennrich et al. 2016
    (https://arxiv.org/abs/1508.07909). In lower case, because no text is written back, and a
    small vocabulary is better spent on other tokens than on "The" beside "the".
    """

    @classmethod
    def _untrained(cls, vocabulary: int) -> tuple[Backend, Any]:
        from tokenizers import Tokenizer as Backend
        from tokenizers import models, normalizers, pre_tokenizers, trainers

        backend = Backend(models.BPE())
        backend.normalizer = normalizers.Lowercase()
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Whitespace(),
                pre_tokenizers.FixedLength(LONGEST_WORD),
                pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False),
            ]
        )
        trainer = trainers.BpeTrainer(
            vocab_size=vocabulary,
            min_frequency=FEWEST_OCCURRENCES,
            special_tokens=list(SPECIAL_TOKENS),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        )
        return backend, trainer

    @staticmethod
    def _join(tokens: list[str]) -> str:
        from tokenizers.decoders import ByteLevel

        return ByteLevel().decode(tokens).strip()
