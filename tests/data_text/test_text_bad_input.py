from __future__ import annotations

import re

import pytest
from published_data.texts import make_texts
from pydantic import ValidationError
from text_data import silent, write_csv, write_folder, write_jsonl

from automl.core.errors import DataError
from automl.data.text.files import TextFiles

ROWS = make_texts(30)
HEADER = ["text", "label"]


def load(path, **options):
    return TextFiles(**options).load(str(path), 0, silent)


def table(rows, header=HEADER):
    return lambda folder: write_csv(folder / "bad.csv", header, rows)


def raw(content: bytes):
    def write(folder):
        (folder / "bad.csv").write_bytes(content)
        return folder / "bad.csv"

    return write


def folder(*rows):
    return lambda at: write_folder(at / "posts", rows)


@pytest.mark.parametrize(
    ("write", "options", "error"),
    [
        (lambda folder: folder / "none.csv", {}, r"none\.csv: there is no such file"),
        (raw(b""), {}, "empty"),
        (raw(b"text,label\na,b,c\n"), {}, r"bad\.csv:2: the header has 2 fields.* 3"),
        (raw(b"text,label\ncaf\x81,a\n"), {}, r"bad\.csv:2: not UTF-8"),
        (raw(b"fine film,1.0\nbad film,0.0\nfair film,1.0\n"), {}, "looks like data"),
        (table([(text, "good") for text, _ in ROWS]), {}, "'label' is 'good' in every row"),
        (table([(text, "") for text, _ in ROWS]), {}, "no row has both a text in 'text' and"),
        (table([(" ", label) for _, label in ROWS]), {}, "no row has both a text in 'text' and"),
        (table(ROWS), {"target": "lable"}, "no column 'lable'.*--target.*'label'"),
        (table(ROWS), {"text": "txt"}, "no column 'txt'.*--text.*'text'"),
        (table(ROWS), {"group": "author"}, "no column 'author'.*--group"),
        (table(ROWS), {"time": "day"}, "no column 'day'.*--time"),
        (table(ROWS), {"text": "text", "target": "text"}, "'text' cannot be both"),
        (
            table([(*row, *row) for row in ROWS], ["review", "label", "comment", "rating"]),
            {},
            "not clear which column is the text, of 'review', .*'rating'; name it with --text",
        ),
        (
            table([(*row, "x") for row in ROWS], ["text", "label", "category"]),
            {},
            "not clear which column is the target, .*name it with --target",
        ),
        (table([[text] for text, _ in ROWS], ["text"]), {}, "not clear which column is the target"),
        (table([(n, n) for n in range(9)], ["a", "b"]), {}, "not clear which column is the text"),
        (table([("a", 0.5), ("b", 1.5)]), {}, "2 different texts cannot be split into 3"),
        (
            lambda folder: write_jsonl(folder / "bad.jsonl", [{"text": ["a"], "label": "x"}] * 9),
            {},
            r"bad\.jsonl: column 'text' holds lists",
        ),
        (folder(*[(text, "one") for text, _ in ROWS]), {}, "posts: there is one class only, 'one'"),
        (folder(*ROWS), {"target": "label"}, "a folder of texts has no columns.*--target"),
        (lambda folder: folder, {}, r"is empty; .*CLASS/text\.txt"),
    ],
)
def test_is_one_line_that_names_the_file(write, options, error, tmp_path):
    path = write(tmp_path)
    with pytest.raises(DataError) as raised:
        load(path, **options)
    line = str(raised.value)
    assert re.search(error, line), line
    assert line.startswith(str(path))
    assert line.count(str(path)) == 1
    assert "\n" not in line


@pytest.mark.parametrize(
    "options", [{"tokenizer": "words"}, {"vocabulary": 257}, {"length": 0}, {"lenght": 9}]
)
def test_options_are_checked(options):
    with pytest.raises(ValidationError):
        TextFiles(**options)


def test_rows_without_text_or_target_are_left_out_and_told(tmp_path):
    rows = [*ROWS, ("", "good"), ("   ", "bad"), ("no label", ""), ("no label either", None)]
    dataset = load(write_csv(tmp_path / "a.csv", HEADER, rows))
    assert sum(map(len, (dataset.train, dataset.validation, dataset.test))) == 30
    assert "left out 2 of 34 rows, whose 'text' is empty" in dataset.notes
    assert "left out 2 of 34 rows, whose 'label' is missing" in dataset.notes


def test_missing_and_infinite_numbers_are_left_out_and_told(tmp_path):
    rows = [{"text": text, "score": n / 7} for n, (text, _) in enumerate(ROWS)]
    rows[3]["score"] = None
    rows[4]["score"] = float("inf")
    dataset = load(write_jsonl(tmp_path / "a.jsonl", rows))
    assert dataset.task == "text_regression"
    assert "left out 2 of 30 rows, whose 'score' is missing" in dataset.notes


@pytest.mark.parametrize("tokenizer", ["word", "bpe", "byte"])
def test_odd_texts_are_texts(tmp_path, tokenizer):
    odd = ["😀" * 20, "שלום עולם", "x" * 1_000_000, "\u202e", "[PAD]", "0"]
    rows = [
        {"text": text, "label": label} for text, label in [*ROWS, *((text, "odd") for text in odd)]
    ]
    dataset = load(write_jsonl(tmp_path / "a.jsonl", rows), tokenizer=tokenizer)
    splits = (dataset.train, dataset.validation, dataset.test)
    assert sum(map(len, splits)) == 36
    for split in splits:
        assert (split.inputs[:, 0] > 0).all()
        padding = split.inputs == 0
        assert (padding[:, 1:] >= padding[:, :-1]).all()
