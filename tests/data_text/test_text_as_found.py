"""Files of texts as people have them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from published_data.texts import make_texts
from text_data import silent

from automl.data.dataset import Dataset
from automl.data.text.files import TextFiles

SPLITS = ("train", "validation", "test")
ROWS = make_texts(40)


def load(path: Path, **options: object) -> Dataset:
    return TextFiles(**options).load(str(path), 0, silent)


def size(dataset: Dataset) -> int:
    return sum(len(getattr(dataset, name)) for name in SPLITS)


def told(dataset: Dataset, words: str) -> bool:
    return any(words in note for note in dataset.notes)


def test_quotes_that_open_in_a_tab_separated_file_are_told(tmp_path):
    lines = [f"{label}\t{'' if at % 3 else chr(34)}{text}" for at, (text, label) in enumerate(ROWS)]
    path = tmp_path / "sms.tsv"
    path.write_text("\n".join(["label\ttext", *lines]))
    dataset = load(path)
    assert size(dataset) == len(ROWS)
    assert told(dataset, 'a double quote (") opens in line 2 and does not close there')


def test_unnamed_rest_columns_are_left_out_and_told(tmp_path):
    lines = [f"{label},{text.replace(',', ' ')},," for text, label in ROWS]
    lines[7] += "a rest"
    path = tmp_path / "spam.csv"
    path.write_bytes("\n".join(["v1,v2,,", *lines, "good,now £5,,"]).encode("cp1252"))
    dataset = load(path, text="v2", target="v1")
    assert size(dataset) == len(ROWS) + 1
    assert told(dataset, "left out 2 columns without a name")
    assert told(dataset, "read as Windows-1252")


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_what_only_python_takes_for_the_end_of_a_line_is_none(tmp_path, mark):
    """In CSV, in quotes or not, in TSV and in JSON lines; the model's encoding reads them too."""
    texts = [f"{text}{mark}more {at}" for at, (text, _) in enumerate(ROWS)]
    labels = [label for _, label in ROWS]
    pairs = list(zip(texts, labels, strict=True))
    contents = {
        "plain.csv": "text,label\n" + "\n".join(f"{text},{label}" for text, label in pairs),
        "quoted.csv": "text,label\n" + "\n".join(f'"{text}",{label}' for text, label in pairs),
        "tabs.tsv": "text\tlabel\n" + "\n".join(f"{text}\t{label}" for text, label in pairs),
        "lines.jsonl": "\n".join(
            json.dumps({"text": text, "label": label}, ensure_ascii=mark < " ")
            for text, label in pairs
        ),
    }
    fingerprints = set()
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8", newline="")
        dataset = load(tmp_path / name)
        fingerprints.add(dataset.fingerprint)
        assert len(list(dataset.encoding.read(tmp_path / name))) == len(ROWS)
    assert len(fingerprints) == 1


def test_labels_are_texts_without_the_spaces_around_them(tmp_path):
    labels = ["007", "012 ", " 012", "007", "100"] * 8
    lines = [f"{text}\t{label}" for (text, _), label in zip(ROWS, labels, strict=True)]
    (tmp_path / "a.tsv").write_text("\n".join(["text\tlabel", *lines]))
    assert load(tmp_path / "a.tsv").target.labels == ("007", "012", "100")
    records = [
        json.dumps({"text": text, "label": label})
        for (text, _), label in zip(ROWS, labels, strict=True)
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(records))
    assert load(tmp_path / "a.jsonl").target.labels == ("007", "012", "100")


def test_labels_that_differ_in_case_are_told(tmp_path):
    lines = [f"{text}\t{('yes', 'no', 'Yes')[at % 3]}" for at, (text, _) in enumerate(ROWS)]
    (tmp_path / "a.tsv").write_text("\n".join(["text\tlabel", *lines]))
    assert told(load(tmp_path / "a.tsv"), "classes that differ only in capitals: 'Yes' and 'yes'")


def test_a_column_of_row_numbers_is_no_target(tmp_path):
    lines = [f"{at}\t{text}\t{label}" for at, (text, label) in enumerate(ROWS)]
    (tmp_path / "a.tsv").write_text("\n".join(["\tsaid\tmood", *lines]))
    assert load(tmp_path / "a.tsv").target.labels == ("bad", "good")


@pytest.mark.parametrize(
    ("codec", "options"),
    [("utf-16", {}), ("utf-16-le", {}), ("cp1252", {}), ("cp1251", {"encoding": "cp1251"})],
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_characters_are_read_as_they_are_stored(tmp_path, codec, options, form):
    word = "кафе" if codec == "cp1251" else "café"
    write: dict[str, Callable[[str, str], str]] = {
        "csv": lambda text, label: f'"{text} {word}",{label}',
        "jsonl": lambda text, label: json.dumps(
            {"text": f"{text} {word}", "label": label}, ensure_ascii=False
        ),
    }
    lines = [*(["text,label"] if form == "csv" else []), *(write[form](*row) for row in ROWS)]
    for name, stored in (("a", "utf-8"), ("b", codec)):
        (tmp_path / f"{name}.{form}").write_bytes("\n".join(lines).encode(stored))
    plain, other = load(tmp_path / f"a.{form}"), load(tmp_path / f"b.{form}", **options)
    assert other.fingerprint == plain.fingerprint
    (first, *_) = other.encoding.read(tmp_path / f"b.{form}")
    assert first.value.tolist() == plain.encoding.encode([f"{ROWS[0][0]} {word}"])[0].tolist()


def test_short_texts_in_a_column_called_text_are_texts(tmp_path):
    lines = [f"{('fine', 'ok', 'bad', '?')[at % 4]}{at},{'ab'[at % 4 > 1]}" for at in range(40)]
    (tmp_path / "a.csv").write_text("\n".join(["text,label", *lines]))
    assert size(load(tmp_path / "a.csv")) == 40
