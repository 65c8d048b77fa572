"""What training makes of a tokenizer of Hugging Face's ``tokenizers``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StrictInt, model_validator

from automl.data.text.tokenizers.tokenizer import SPECIAL_TOKENS

Piece = Annotated[str, Field(min_length=1)]


class Learned(BaseModel, frozen=True):
    """The part of the library's JSON that differs between two trained tokenizers of one kind.

    Checked here, for the library ends the process where some of it does not fit together.
    """

    vocab: dict[str, StrictInt]
    """Token -> id."""

    merges: tuple[tuple[Piece, Piece], ...] | None = None
    """Of byte-pair encoding: the pieces that are joined, in this order; None of other kinds."""

    @model_validator(mode="after")
    def _fits_together(self) -> Learned:
        if tuple(map(self.vocab.get, SPECIAL_TOKENS)) != (0, 1):
            raise ValueError(f"the first two tokens should be {' and '.join(SPECIAL_TOKENS)}")
        if sorted(self.vocab.values()) != list(range(len(self.vocab))):
            raise ValueError("the ids should be 0, 1, 2 …, each once")
        for left, right in self.merges or ():
            if not {left, right, left + right} <= self.vocab.keys():
                raise ValueError(f"{left!r} and {right!r} should be tokens, and the two joined too")
        return self


class State(BaseModel, frozen=True):
    """The library's JSON; all else in it is as it was before training."""

    model: Learned
