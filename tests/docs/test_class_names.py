"""A class name says which class it is, and nobody outside a task asks for a task's classes."""

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


def test_only_tasks_ask_for_the_class_of_a_prediction() -> None:
    """A new task brings its own predictions, so nobody else can list their classes."""
    trees = {
        file.relative_to(ROOT): ast.parse(file.read_text(encoding="utf-8"))
        for file in (ROOT / "automl").rglob("*.py")
    }
    ours = {file: tree for file, tree in trees.items() if file.parts[:2] == ("automl", "tasks")}
    nodes = [node for tree in ours.values() for node in ast.walk(tree)]
    classes = {node.name for node in nodes if isinstance(node, ast.ClassDef)}
    asked = [
        f"{file}:{node.lineno}"
        for file, tree in trees.items()
        if file not in ours
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "isinstance"
        and classes & {getattr(each, "id", "") for each in ast.walk(node.args[1])}
    ]
    assert asked == []
