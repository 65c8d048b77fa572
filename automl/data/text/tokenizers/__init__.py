"""How a text is cut into tokens: one file per tokenizer, one line here."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.data.text.tokenizers.tokenizer import Tokenizer

TOKENIZERS: Registry[type[Tokenizer]] = Registry(
    "tokenizer",
    {
        "word": "automl.data.text.tokenizers.word:WordTokenizer",
        "bpe": "automl.data.text.tokenizers.bpe:BpeTokenizer",
        "byte": "automl.data.text.tokenizers.byte:ByteTokenizer",
        "torchtext": "automl.data.text.tokenizers.torchtext:TorchtextTokenizer",
    },
)
