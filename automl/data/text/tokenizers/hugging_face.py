"""What the tokenizers by Hugging Face's ``tokenizers`` have in common."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from automl.data.text.tokenizers.learned import State
from automl.data.text.tokenizers.tokenizer import Tokenizer, without_surrogates

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Backend

# An encoded text takes many times its size until its ids are taken out.
AT_ONCE = 1000


class HuggingFaceTokenizer(Tokenizer):
    """A tokenizer of https://huggingface.co/docs/tokenizers; its state is that library's JSON.

    Args:
        backend: The library's own tokenizer, trained.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @classmethod
    @abstractmethod
    def _untrained(cls, vocabulary: int) -> tuple[Backend, Any]:
        """A tokenizer that knows nothing yet, and the library's trainer for it."""

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> HuggingFaceTokenizer:
        """Learn the most frequent tokens; the same texts always give the same ones."""
        backend, trainer = cls._untrained(vocabulary)
        backend.train_from_iterator(map(without_surrogates, texts), trainer)
        # The library looks for the names of special tokens in texts, even where a user wrote them.
        state = json.loads(backend.to_str()) | {"added_tokens": []}
        return cls.from_state(json.dumps(state))

    @classmethod
    def from_state(cls, state: str) -> HuggingFaceTokenizer:
        """The tokenizer whose ``state()`` this was.

        Of the library's JSON only what was learned is taken: the rest could ask for any regular
        expression or any length of padding, and a bundle may be a stranger's.

        Raises:
            ValueError: It is no such state.
        """
        from tokenizers import Tokenizer as Backend

        try:
            learned = State.model_validate_json(state).model
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
        """How many ids there are, padding and unknown among them."""
        return self._backend.get_vocab_size()

    def _encode(self, texts: list[str]) -> Iterator[list[int]]:
        rest = iter(texts)
        while part := list(islice(rest, AT_ONCE)):
            for encoded in self._backend.encode_batch_fast(part):
                yield encoded.ids

    def _decode(self, ids: list[int]) -> str:
        tokens = (self._backend.id_to_token(each) for each in ids)
        return self._join([token for token in tokens if token is not None])

    @staticmethod
    @abstractmethod
    def _join(tokens: list[str]) -> str:
        """The text of tokens."""
