"""Words as tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.data.text.tokenizers.hugging_face import HuggingFaceTokenizer
from automl.data.text.tokenizers.tokenizer import FEWEST_OCCURRENCES, SPECIAL_TOKENS

if TYPE_CHECKING:
    from tokenizers import Tokenizer as Backend


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
