"""A user's own data with something wrong: one line that says what, and no study left behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from automl import api
from automl.core.errors import UserError

ROWS = [f"{row * 37 % 101 / 7:.3f},{'ab'[row % 2]}" for row in range(30)]
TABLE = "\n".join(["size,label", *ROWS])
TEXTS = "\n".join(["text,label", *(f"well made {row},{'ab'[row % 2]}" for row in range(30))])
HOURS = "\n".join(
    ["time,load", *(f"2024-01-{1 + n // 24:02} {n % 24:02}:00,{n % 7}" for n in range(720))]
)
SERIES = "\n".join(["s1,s2,kind", *(f"{n},{n * n % 7},{'ab'[n % 2]}" for n in range(30))])
WORDS = "\n".join(["when,size,label", *(f"soon,{row}" for row in ROWS)])
HALF = "\n".join(["s1,s2,kind", *(f"{(n, 'word')[n % 2]},1,{'ab'[n % 2]}" for n in range(30))])
LATIN = f"{TABLE}\n1,é".encode("latin-1")


def flat(column: str, value: str, other: str = "size") -> str:
    """A table whose ``column`` is always the same."""
    return "\n".join([f"{other},{column}", *(f"{row / 7},{value}" for row in range(200))])


# Space, the file's name and content, flags, and what the line says.
CASES: dict[str, tuple[str, str, str | bytes, dict[str, str], Sequence[str]]] = {
    "ragged": ("mlp", "t.csv", f"{TABLE}\n1,a,2", {}, ["t.csv:32", "2 fields", "this row 3"]),
    "open quote": ("mlp", "t.csv", f'{TABLE}\n"1,a\n2,b', {}, ["t.csv:32", "never closed"]),
    "latin-1": ("mlp", "t.csv", LATIN, {"encoding": "utf-8"}, [":32: not utf-8 text at byte"]),
    "klingon": ("mlp", "t.csv", TABLE, {"encoding": "klingon"}, ["--encoding 'klingon' is no"]),
    "a picture": ("mlp", "t.csv", b"\x89PNG\r\n\x1a\n" + bytes(99), {}, ["this is a PNG image"]),
    "a web page": ("text_cnn", "t.csv", "<!doctype html><html>", {}, ["this is a web page"]),
    "no header": ("mlp", "t.csv", "\n".join(ROWS), {}, ["t.csv:1", "looks like data"]),
    "empty": ("forecast", "t.csv", "", {}, ["t.csv: the file is empty"]),
    "header alone": ("series", "t.csv", "s1,s2,kind\n", {}, ["t.csv: there are no rows"]),
    "a sheet": ("mlp", "t.xlsx", b"PK\3\4", {}, ["not an Excel workbook"]),
    "a text": ("text_cnn", "t.txt", "fine", {}, ["no targets", "CLASS/text.txt"]),
    "one row": ("forecast", "t.csv", "time,load\n2024-01-01,1", {}, ["cannot be split into 3"]),
    "three rows": ("text_cnn", "t.csv", "\n".join(TEXTS.split("\n")[:4]), {}, ["at least 3"]),
    "one class": ("text_cnn", "t.csv", TEXTS.replace(",b", ",a"), {}, ["'a' in every row"]),
    "one kind": ("series", "t.csv", SERIES.replace(",b", ",a"), {}, ["label 'a'", "must be two"]),
    "constant": ("mlp", "t.csv", flat("price", "3.5"), {}, ["'price' is '3.5' in every row"]),
    "flat": ("forecast", "t.csv", flat("load", "5", "x"), {"target": "load"}, ["always 5"]),
    "no target": ("mlp", "t.csv", flat("price", ""), {}, ["'price' is missing in every row"]),
    "typo": ("mlp", "t.csv", TABLE, {"target": "lable"}, ["--target", "did you mean 'label'?"]),
    "typo, text": ("text_cnn", "t.csv", TEXTS, {"text": "txt"}, ["--text", "mean 'text'?"]),
    "typo, load": ("forecast", "t.csv", HOURS, {"target": "lod"}, ["--target", "mean 'load'?"]),
    "typo, kind": ("series", "t.csv", SERIES, {"target": "kin"}, ["--target", "mean 'kind'?"]),
    "no group": ("mlp", "t.csv", TABLE, {"group": "who"}, ["'who' for --group", "it has size"]),
    "no times": ("mlp", "t.csv", WORDS, {"time": "when"}, ["--time 'when'", "'soon' is neither"]),
    "no date": ("forecast", "t.csv", f"{HOURS}\nsoon,1", {}, ["'time'", "'soon' in row 721"]),
    "words": ("series", "t.csv", HALF, {"target": "kind"}, ["'s1' (='word' in row 2) must be"]),
    "wrong flag": ("mlp", "t.csv", TABLE, {"text": "size"}, ["no option 'text' (--text)"]),
    "another task": ("cnn", "t.csv", TABLE, {}, ["cnn is for images", "with mlp"]),
    "no numbers": ("forecast", "t.csv", TEXTS, {}, ["no column of numbers", "forecast"]),
}


@pytest.mark.parametrize("case", CASES)
def test_is_one_clear_line(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space, name, content, flags, told = CASES[case]
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    refuse(space, name, flags, told)


@pytest.mark.parametrize("space", ["mlp", "forecast", "series"])
def test_a_folder_is_no_table(space: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    refuse(space, "photos", {}, ["photos: this is a folder"])


@pytest.mark.parametrize(("space", "data"), [("mlp", "digits"), ("text_cnn", "diamonds")])
def test_a_named_set_of_another_kind(
    space: str, data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    refuse(space, data, {}, [f"{data} holds ", f"and {space} is for ", "search it with "])


def refuse(space: str, data: str, flags: dict[str, str], told: Sequence[str]) -> None:
    """Search, and see that it ends in one line with these words, and nothing was begun."""
    with pytest.raises(UserError) as error:
        api.search(space, data=data, executor="local", trials=1, epochs=1, finalize=False, **flags)
    line = str(error.value)
    assert "\n" not in line
    assert data in line
    for words in told:
        assert words in line
    assert not list(Path("results").rglob("*"))
