from __future__ import annotations

import importlib.util
import json
import pickle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.core.data_types import PADDING
from automl.core.errors import MissingPackage, UserError
from automl.data.text.tokenizers import (
    SMALLEST_VOCABULARY,
    SPECIAL_TOKENS,
    TOKENIZERS,
    UNKNOWN,
    Tokenizer,
)

TORCHTEXT = importlib.util.find_spec("torchtext") is not None
needs_torchtext = pytest.mark.skipif(not TORCHTEXT, reason="torchtext is not installed")
ALL = [
    pytest.param(name, marks=needs_torchtext if name == "torchtext" else ()) for name in TOKENIZERS
]
TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "The lazy dog sleeps; the quick fox does not!",
    "A fox, a dog, a quick brown cat.",
]
HARD = [
    "😀😀 👩‍👩‍👧 🏳️‍🌈",
    "שלום עולם, مرحبا بالعالم",
    "e\u0301 é \u200b \u202e \u2028 \ufeff",
    "[PAD] [UNK] <pad> <unk> [CLS] Ġ ##a",
    " ".join(SPECIAL_TOKENS),
    "\ud83d half of a smile",
    "\x00\x01\x7f",
    "日本語のテキストには空白がない",
]


@pytest.mark.parametrize("name", ALL)
class TestTokenizerContract:
    """What holds for every tokenizer."""

    @pytest.fixture
    def tokenizer(self, name) -> Tokenizer:
        return TOKENIZERS[name].train([*TEXTS, *HARD], 400)

    def test_text_that_was_trained_on_is_known(self, tokenizer):
        for ids in tokenizer.encode(["the quick fox", "the dog"]):
            assert UNKNOWN not in ids
            assert len(ids) >= 2

    def test_different_texts_have_different_ids(self, tokenizer):
        fox, dog, again = tokenizer.encode(["the quick fox", "the lazy dog", "the quick fox"])
        assert fox == again != dog

    def test_no_text_has_padding_or_an_id_beyond_the_vocabulary(self, tokenizer):
        for ids in tokenizer.encode([*TEXTS, *HARD]):
            assert ids
            assert PADDING not in ids
            assert max(ids) < tokenizer.vocabulary

    def test_empty_text_is_unknown(self, tokenizer):
        assert tokenizer.encode(["", " ", "\n\t \u3000"]) == [[UNKNOWN]] * 3

    def test_empty_texts_do_not_shift_the_others(self, tokenizer):
        alone = tokenizer.encode(["the fox"])[0]
        assert tokenizer.encode(["", "the fox", " ", "the fox"])[1::2] == [alone, alone]

    def test_no_texts_no_ids(self, tokenizer):
        assert tokenizer.encode([]) == []

    def test_ids_can_be_read_again(self, tokenizer):
        for text in ("the quick fox", "the lazy dog"):
            (ids,) = tokenizer.encode([text])
            assert tokenizer.decode([*ids, PADDING, PADDING]) == text

    def test_what_is_unknown_is_shown_as_such(self, tokenizer):
        (ids,) = tokenizer.encode(["the fox"])
        assert tokenizer.decode([UNKNOWN, *ids, UNKNOWN]) == "[?] the fox [?]"
        assert tokenizer.decode([PADDING]) == ""

    def test_any_ids_at_all_can_be_shown(self, tokenizer):
        shown = tokenizer.decode(range(tokenizer.vocabulary))
        assert shown.startswith("[?] ")
        assert len(shown) >= tokenizer.vocabulary - 2

    def test_state_is_json_and_all_there_is(self, name, tokenizer):
        json.loads(tokenizer.state())
        again = TOKENIZERS[name].from_state(tokenizer.state())
        assert again.state() == tokenizer.state()
        assert again.vocabulary == tokenizer.vocabulary
        assert again.encode([*TEXTS, *HARD]) == tokenizer.encode([*TEXTS, *HARD])

    def test_pickles(self, tokenizer):
        again = pickle.loads(pickle.dumps(tokenizer))
        assert again.encode([*TEXTS, *HARD]) == tokenizer.encode([*TEXTS, *HARD])

    def test_same_texts_same_state(self, name, tokenizer):
        assert TOKENIZERS[name].train([*TEXTS, *HARD], 400).state() == tokenizer.state()

    def test_vocabulary_is_no_larger_than_asked_for(self, name):
        many = [f"word{number} word{number}" for number in range(2000)]
        assert TOKENIZERS[name].train(many, 300).vocabulary <= 300

    def test_smallest_vocabulary_will_do(self, name):
        tokenizer = TOKENIZERS[name].train(TEXTS, SMALLEST_VOCABULARY)
        assert tokenizer.vocabulary <= SMALLEST_VOCABULARY
        assert all(tokenizer.encode([*TEXTS, *HARD]))

    def test_training_on_nothing_leaves_a_tokenizer(self, name):
        tokenizer = TOKENIZERS[name].train(["", "  "], 300)
        assert all(0 < max(ids) < tokenizer.vocabulary for ids in tokenizer.encode(TEXTS))

    def test_is_silent(self, name, capfd):
        TOKENIZERS[name].train(TEXTS, 300).encode(TEXTS)
        assert capfd.readouterr() == ("", "")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
    @given(texts=st.lists(st.text(st.characters(exclude_categories=())), max_size=4))
    def test_any_text_at_all_has_ids(self, tokenizer, texts):
        found = tokenizer.encode(texts)
        assert len(found) == len(texts)
        for ids in found:
            assert ids
            assert min(ids) > PADDING
            assert max(ids) < tokenizer.vocabulary


@pytest.mark.parametrize("name", [each for each in ALL if each.values[0] in ("word", "torchtext")])
def test_words_are_in_lower_case_and_a_rare_one_is_unknown(name):
    tokenizer = TOKENIZERS[name].train(TEXTS, 300)
    lower, upper, rare = tokenizer.encode(["the dog", "THE Dog", "jumps"])
    assert lower == upper
    assert rare == [UNKNOWN]


def test_bpe_knows_every_word_by_its_pieces():
    tokenizer = TOKENIZERS["bpe"].train(["the lower and the lowest"] * 2, 300)
    whole, pieces, foreign = tokenizer.encode(["lower", "lowes", "שלום"])
    assert len(whole) == 1 < len(pieces)
    assert UNKNOWN not in [*pieces, *foreign]


def test_bpe_trains_fast_on_a_word_without_end():
    """Letters in an order that never repeats itself, which takes minutes as a single word."""
    letters = "".join(chr(97 + number * number * 7 % 26) for number in range(200_000))
    assert TOKENIZERS["bpe"].train([letters, letters], 1000).vocabulary <= 1000


def test_bytes_are_those_of_utf8():
    assert TOKENIZERS["byte"].train([], 300).encode(["aé"]) == [[99, 197, 171]]


@pytest.mark.skipif(TORCHTEXT, reason="torchtext is installed")
def test_without_torchtext_it_says_which_command_gives_it():
    with pytest.raises(MissingPackage, match=r"pip install 'automl\[torchtext\]'.*environment"):
        TOKENIZERS["torchtext"].train(TEXTS, 300)


@pytest.mark.skipif(TORCHTEXT, reason="torchtext is installed")
def test_beside_another_torch_it_says_so_and_which_command_helps(tmp_path, monkeypatch):
    (tmp_path / "torchtext").mkdir()
    broken = 'raise OSError("libtorchtext.so: undefined symbol: _ZN5torch")'
    (tmp_path / "torchtext" / "__init__.py").write_text(broken)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError, match=r"undefined symbol.*pip install 'automl\[torchtext\]'"):
        TOKENIZERS["torchtext"].train(TEXTS, 300)
