"""The pictures of docs/architecture.md show the house as it is."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
ROOMS, SEARCH = re.findall(r"```mermaid\n(.*?)```", PAGE, re.DOTALL)
FLOORS = [line.split(" ~~~ ") for line in re.findall(r"\]\n +(.+)\n +end", ROOMS)]


def test_the_floors_are_those_that_imports_are_checked_by() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r"\nlayers = \[\n(.*?)\]", settings, re.DOTALL)
    assert layers is not None
    checked = [re.findall(r"automl\.(\w+)", line) for line in layers[1].splitlines()]
    assert checked == [["__main__"], *FLOORS]


def test_every_room_is_on_a_floor() -> None:
    rooms = [file.parent.name for file in (ROOT / "automl").glob("*/__init__.py")]
    assert sorted(rooms) == sorted(room for floor in FLOORS for room in floor)


def test_what_travels_is_a_class_of_that_name() -> None:
    drawn = set(re.findall(r"\b(?:[A-Z][a-z]+)+\b", re.sub(r"\[.*?\]|\|.*?\|", "", SEARCH)))
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "automl").rglob("*.py"))
    assert len(drawn) >= 8
    assert drawn <= set(re.findall(r"^class (\w+)", code, re.MULTILINE))
