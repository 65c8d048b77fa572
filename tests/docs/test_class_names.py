"""A class name says which class it is."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("folders", [("automl", "benchmarks"), ("tests",)], ids=" and ".join)
def test_a_class_name_stands_once(folders: tuple[str, ...]) -> None:
    """Tests may stand in for a class under its own name."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(str(file.relative_to(ROOT)))
    assert {name: files for name, files in found.items() if len(files) > 1} == {}
