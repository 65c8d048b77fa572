"""Pieces of words as tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.data.text.tokenizers.hugging_face import HuggingFaceTokenizer
from automl.data.text.tokenizers.tokenizer import FEWEST_OCCURRENCES, SPECIAL_TOKENS

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Backend

LONGEST_WORD = 100
"""Characters of a word: training time grows with its square, and some texts have no space."""


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
