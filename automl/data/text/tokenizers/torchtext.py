"""torchtext's tokenizer and vocabulary."""

from __future__ import annotations

import json
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any, ClassVar

from pydantic import TypeAdapter

from automl.core.errors import MissingPackage, UserError
from automl.data.text.tokenizers import (
    FEWEST_OCCURRENCES,
    SPECIAL_TOKENS,
    UNKNOWN,
    Tokenizer,
    without_surrogates,
)

INSTALL = (
    "pip install 'automl[torchtext]' (in an environment of its own: torchtext's last release, "
    "0.18.0, loads only with torch 2.3)"
)


def make_encode(state: list[str]) -> Callable[[str], list[int]]:
    """A function from a text to the ids of its words; 1 is unknown."""
    from torchtext.data.utils import get_tokenizer

    words = get_tokenizer("basic_english")
    places = {word: at for at, word in enumerate(state)}
    return lambda text: [places.get(word, 1) for word in words(text)]


class TorchtextTokenizer(Tokenizer):
    """``basic_english``: lower case, split at white space and at ``. , ( ) ! ? ' " ; :``.

    See https://pytorch.org/text/0.18.0/data_utils.html#get-tokenizer and vocab.html there.

    Args:
        vocab: A ``torchtext.vocab.Vocab``.
    """

    make_encode = staticmethod(make_encode)
    packages: ClassVar[tuple[str, ...]] = ("torchtext",)

    def __init__(self, vocab: Any) -> None:
        self._tokenize = _load().data.utils.get_tokenizer("basic_english")
        self._vocab = vocab
        self._vocab.set_default_index(UNKNOWN)

    @classmethod
    def train(cls, texts: Iterable[str], vocabulary: int) -> TorchtextTokenizer:
        """Learn the most frequent words."""
        torchtext = _load()
        tokenize = torchtext.data.utils.get_tokenizer("basic_english")
        vocab = torchtext.vocab.build_vocab_from_iterator(
            (tokenize(without_surrogates(text)) for text in texts),
            min_freq=FEWEST_OCCURRENCES,
            specials=list(SPECIAL_TOKENS),
            max_tokens=vocabulary,
        )
        return cls(vocab)

    @classmethod
    def from_state(cls, state: str) -> TorchtextTokenizer:
        """The tokenizer with this ``state()``.

        Raises:
            ValueError: This is not the state of such a tokenizer.
        """
        words = TypeAdapter(list[str]).validate_json(state)
        if words[:2] != list(SPECIAL_TOKENS):
            raise ValueError(f"the first two words should be {' and '.join(SPECIAL_TOKENS)}")
        counts = OrderedDict.fromkeys(words, 1)  # its order is that of the ids
        return cls(_load().vocab.vocab(counts))

    def state(self) -> str:
        """A list of the words; each word's position is its id."""
        return json.dumps(self._vocab.get_itos())

    @property
    def vocabulary(self) -> int:
        """Number of ids, padding and unknown included."""
        return len(self._vocab)

    def _encode(self, texts: list[str]) -> Iterator[list[int]]:
        return (self._vocab(self._tokenize(text)) for text in texts)

    def _decode(self, ids: list[int]) -> str:
        return " ".join(self._vocab.lookup_tokens(ids))


def _load() -> ModuleType:
    """The library, without the deprecation warning that it prints on import.

    Raises:
        MissingPackage: torchtext is not installed.
        UserError: torchtext does not load with the installed torch.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import torchtext
            import torchtext.data.utils
            import torchtext.vocab
    except ModuleNotFoundError:
        raise MissingPackage("torchtext", INSTALL) from None
    except (ImportError, OSError) as error:
        reason = str(error).split("\n", 1)[0]
        raise UserError(f"torchtext cannot be loaded ({reason}); get it with: {INSTALL}") from None
    return torchtext  # type: ignore[no-any-return]
