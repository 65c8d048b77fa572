"""docs/results.md is what the benchmark found, not what somebody typed."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_the_one_that_the_script_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    results = importlib.import_module("results")
    assert (ROOT / "docs" / "results.md").read_text(encoding="utf-8") == results.page()


def test_a_search_that_is_behind_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    results = importlib.import_module("results")
    scores = [
        {"name": name, "validation": 0.9, "test": test} for name, test in (("a", 3), ("b", 2))
    ]
    found = {
        "command": "automl search mlp --data d",
        "data": "d, 3 rows",
        "metric": "mae",
        "maximize": False,
        "seconds": 1.0,
        "trials": 2,
        "scores": scores,
    }
    assert "**behind** the best baseline" in results.section(found)
    assert "ahead of the best baseline" in results.section(found | {"maximize": True})
