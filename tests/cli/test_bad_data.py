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
DOLLARS = "\n".join(["size,price", *(f"{n / 7},${n}" for n in range(30))])


def flat(column: str, value: str, other: str = "size") -> str:
    """A table whose ``column`` is always the same."""
    return "\n".join([f"{other},{column}", *(f"{row / 7},{value}" for row in range(200))])


# Space, the file's name and content, flags, and what the line says.
CASES: dict[str, tuple[str, str, str | bytes, dict[str, str], Sequence[str]]] = {
    "ragged": ("mlp", "t.csv", f"{TABLE}\n1,a,2", {}, ["t.csv:32", "2 fields", "this row 3"]),
    "open quote": ("mlp", "t.csv", f'{TABLE}\n"1,a\n2,b', {}, ["t.csv:32", "never closed"]),
    "latin-1": ("mlp", "t.csv", f"{TABLE}\n1,é".encode("latin-1"), {}, [":32: not UTF-8"]),
    "utf-16": ("text_cnn", "t.csv", TEXTS.encode("utf-16"), {}, [":1: not UTF-8", "save"]),
    "no header": ("mlp", "t.csv", "\n".join(ROWS), {}, ["t.csv:1", "looks like data"]),
    "empty": ("forecast", "t.csv", "", {}, ["t.csv: the file is empty"]),
    "header alone": ("series", "t.csv", "s1,s2,kind\n", {}, ["t.csv: there are no rows"]),
    "a sheet": ("mlp", "t.xlsx", b"PK\3\4", {}, ["a table is one of .csv", "save it as"]),
    "a text": ("text_cnn", "t.txt", "fine", {}, ["no targets", "CLASS/text.txt"]),
    "one row": ("forecast", "t.csv", "time,load\n2024-01-01,1", {}, ["cannot be cut into 3"]),
    "three rows": ("text_cnn", "t.csv", "\n".join(TEXTS.split("\n")[:4]), {}, ["at least 3"]),
    "one class": ("text_cnn", "t.csv", flat("label", "a", "text"), {}, ["'a' in every row"]),
    "one kind": ("series", "t.csv", SERIES.replace(",b", ",a"), {}, ["label 'a'", "must be two"]),
    "constant": ("mlp", "t.csv", flat("price", "3.5"), {}, ["'price' is '3.5' in every row"]),
    "flat": ("forecast", "t.csv", flat("load", "5", "x"), {"target": "load"}, ["always 5"]),
    "no target": ("mlp", "t.csv", flat("price", ""), {}, ["'price' is missing in every row"]),
    "prices": ("mlp", "t.csv", DOLLARS, {}, ["30 classes in 30 examples", "written plainly"]),
    "typo": ("mlp", "t.csv", TABLE, {"target": "lable"}, ["--target", "did you mean 'label'?"]),
    "typo, text": ("text_cnn", "t.csv", TEXTS, {"text": "txt"}, ["--text", "mean 'text'?"]),
    "typo, load": ("forecast", "t.csv", HOURS, {"target": "lod"}, ["--target", "mean 'load'?"]),
    "typo, kind": ("series", "t.csv", SERIES, {"target": "kin"}, ["--target", "mean 'kind'?"]),
    "no group": ("mlp", "t.csv", TABLE, {"group": "who"}, ["'who' for --group", "it has size"]),
    "no times": ("mlp", "t.csv", WORDS, {"time": "when"}, ["--time 'when'", "'soon' is neither"]),
    "no date": ("forecast", "t.csv", f"{HOURS}\nsoon,1", {}, ["'time'", "'soon' in row 721"]),
    "a word": ("series", "t.csv", f"{SERIES}\nx,1,a", {"target": "kind"}, ["'s1' (='x' in row 31"]),
    "wrong flag": ("mlp", "t.csv", TABLE, {"text": "size"}, ["no option 'text' (--text)"]),
    "another task": ("cnn", "t.csv", TABLE, {}, ["this is a file, but a folder is needed"]),
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
    refuse(space, data, {}, [f"'{data}' is data of the kind", "automl spaces"])


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
