from __future__ import annotations

import pickle
import re
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from text_data import write_csv, write_jsonl

from automl.core.data_types import PADDING, Tokens
from automl.core.errors import DataError
from automl.data.text.encoding import TextEncoding

TEXTS = ["the cat sat on the mat", "the dog sat", "a cat and a dog and a mat"]
BUILT_IN = ("word", "bpe", "byte")


def train(tokenizer: str = "word", length: int = 5, text: str | None = None) -> TextEncoding:
    return TextEncoding.train(tokenizer, TEXTS, 300, length, text)


ENCODINGS = {name: train(name) for name in BUILT_IN}


def test_shape_is_length_and_vocabulary():
    encoding = train()
    assert encoding.shape == Tokens(5, 9)  # the cat sat mat dog a and, padding and unknown
    assert encoding.raw_shape == (5,)
    assert encoding.describe() == "up to 5 tokens (word) of 9"


def test_long_texts_are_cut():
    short, long = train(length=3), train(length=99)
    for cut, whole in zip(short.encode(TEXTS), long.encode(TEXTS), strict=True):
        assert cut.dtype == np.int32
        np.testing.assert_array_equal(cut, whole[:3])


def test_stack_pads_behind_to_the_longest():
    encoding = train()
    values = encoding.encode(["the", "the cat sat", ""])
    batch = encoding.stack(values)
    assert batch.dtype == np.int32
    assert batch.shape == (3, 3)
    for row, ids in zip(batch, values, strict=True):
        np.testing.assert_array_equal(row[: len(ids)], ids)
        assert (row[len(ids) :] == PADDING).all()
    assert encoding.stack([]).shape == (0, 0)


@pytest.mark.parametrize("name", BUILT_IN)
def test_survives_json_and_pickle(name):
    encoding = ENCODINGS[name]
    encoding.encode(TEXTS)  # so that it holds whatever it keeps
    from_json = TextEncoding.model_validate(encoding.model_dump(mode="json"))
    for again in (from_json, pickle.loads(pickle.dumps(encoding))):
        assert again.shape == encoding.shape
        for one, other in zip(again.encode(TEXTS), encoding.encode(TEXTS), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", BUILT_IN)
@given(texts=st.lists(st.text(), min_size=1, max_size=3))
def test_any_text_has_1_to_length_ids_below_the_vocabulary(name, texts):
    encoding = ENCODINGS[name]
    for ids in encoding.encode(texts):
        assert 1 <= len(ids) <= encoding.length
        assert ids.min() > PADDING
        assert ids.max() < encoding.shape.vocabulary


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("repeated", ["cat ", "x", "😀", "!?"])
def test_a_million_characters_take_no_longer(name, repeated):
    text = repeated * (1_000_000 // len(repeated))
    start = time.process_time()
    (ids,) = train(name, length=200).encode([text])
    assert time.process_time() - start < 1
    assert len(ids) <= 200


def test_leading_space_does_not_count_as_text():
    encoding = train()
    np.testing.assert_array_equal(*encoding.encode(["the cat", " " * 10_000 + "the cat"]))


class TestRead:
    def test_a_txt_file_is_one_text(self, tmp_path):
        path = tmp_path / "a.txt"
        path.write_text("\ufeffthe cat\nsat", encoding="utf-8")
        (reading,) = train().read(path)
        assert reading.name == str(path)
        np.testing.assert_array_equal(reading.value, train().encode(["the cat sat"])[0])

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"", "the file is empty"),
            (b" \n", "the file is empty"),
            (b"%PDF-1.7", "a PDF document"),
            (b"a\0b", "zero byte"),
        ],
    )
    def test_a_txt_file_without_text_is_one_error(self, tmp_path, content, error):
        path = tmp_path / "a.txt"
        path.write_bytes(content)
        (reading,) = train().read(path)
        assert reading.value is None
        assert re.search(error, reading.error)

    @pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
    def test_the_characters_of_a_txt_file_are_found(self, tmp_path, codec):
        path = tmp_path / "a.txt"
        path.write_bytes("the cat sat in a café, “so”".encode(codec))
        (reading,) = train("byte", length=90).read(path)
        expected = train("byte", length=90).encode(["the cat sat in a café, “so”"])
        np.testing.assert_array_equal(reading.value, expected[0])

    def test_a_table_has_a_text_a_row(self, tmp_path):
        path = write_csv(
            tmp_path / "a.csv", ["n", "words"], [[1, "the cat"], [2, ""], [3, "the dog"]]
        )
        first, empty, last = train(text="words").read(path)
        assert first.name == f"{path} row 1"
        np.testing.assert_array_equal(last.value, train().encode(["the dog"])[0])
        assert empty.value is None
        assert "no text" in empty.error

    def test_without_a_known_column_it_is_found(self, tmp_path):
        path = write_jsonl(tmp_path / "a.jsonl", [{"id": "a1", "review": "the cat"}])
        (reading,) = train(text=None).read(path)
        np.testing.assert_array_equal(reading.value, train().encode(["the cat"])[0])

    def test_numbers_are_texts_too(self, tmp_path):
        path = write_csv(tmp_path / "a.csv", ["id", "words"], [["a", 12], ["b", 345]])
        assert [len(reading.value) for reading in train("byte", text="words").read(path)] == [2, 3]

    def test_another_column_is_an_error_that_names_file_and_column(self, tmp_path):
        path = write_csv(tmp_path / "a.csv", ["id", "word"], [["a", "the cat"]])
        with pytest.raises(DataError, match=r"a\.csv: .*'words'.*did you mean 'word'"):
            list(train(text="words").read(path))

    def test_a_missing_table_is_an_error(self, tmp_path):
        with pytest.raises(DataError, match=r"b\.csv"):
            list(train().read(tmp_path / "b.csv"))
