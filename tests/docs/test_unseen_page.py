"""The page of benchmarks/unseen.py says who is ahead, wins and losses alike."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def unseen_page(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("unseen_page")


def simple(unseen_page: ModuleType, name: str = "leaves", *, maximize: bool = True) -> Any:
    models = {
        "forest": unseen_page.SimpleScore(0.80, 0.78, 10.0),
        "boosting": unseen_page.SimpleScore(0.90, 0.88, 700.0),
    }
    return unseen_page.SimpleResults(
        name, "table", 0, f"{name}, 3 rows", "accuracy", maximize, models, {"always 'a'": 0.5}
    )


def search(unseen_page: ModuleType, name: str = "leaves", **changes: Any) -> Any:
    given: dict[str, Any] = {
        "ends": {"complete": 9, "infeasible": 1},
        "test": (0.9, 0.85, 0.95),
        "difference": 0.02,
        "error": 0.01,
        "timeout": 300.0,
        "seconds": 290.0,
        **changes,
    }
    return unseen_page.UnseenSearch(
        name=name, command=f"automl search mlp --data {name}", seed=0, load=(1.0, 2.0), **given
    )


def test_a_simple_model_that_takes_longer_than_the_search_does_not_count(
    unseen_page: ModuleType,
) -> None:
    found = simple(unseen_page)
    assert found.best(timeout=300.0) == "forest"
    assert found.best(timeout=600.0) == "boosting"


def test_the_best_simple_model_of_an_error_has_the_smallest(unseen_page: ModuleType) -> None:
    assert simple(unseen_page, maximize=False).best(timeout=600.0) == "forest"


@pytest.mark.parametrize(
    ("difference", "verdict"), [(0.02, "ahead"), (-0.005, "level"), (-0.02, "**behind**")]
)
def test_a_search_is_behind_when_it_loses_by_more_than_a_standard_error(
    unseen_page: ModuleType, difference: float, verdict: str
) -> None:
    page = unseen_page.page(
        ["leaves"], [simple(unseen_page)], [search(unseen_page, difference=difference)]
    )
    assert f"| {verdict} |" in page
    assert "| forest 0.78 |" in page


def test_the_page_counts_what_missed_its_limits(unseen_page: ModuleType) -> None:
    late = search(unseen_page, seconds=340.0, ends={"complete": 3, "infeasible": 1})
    page = unseen_page.page(["leaves"], [simple(unseen_page)], [late])
    assert "1 missed their time limit and 1 had more than a fifth" in page
    assert "| 25% | 340 of 300, **late** |" in page


def test_a_set_without_a_search_has_its_simple_models(unseen_page: ModuleType) -> None:
    page = unseen_page.page(["leaves"], [simple(unseen_page)], [])
    assert "| leaves | accuracy |  | always 'a' 0.5 | forest 0.78 |  |  |  |  |" in page


def test_a_search_without_a_model_has_failed(unseen_page: ModuleType) -> None:
    failed = search(unseen_page, test=(), problem="no final model: it said nothing")
    page = unseen_page.page(["leaves"], [simple(unseen_page)], [failed])
    assert "**failed**: no final model: it said nothing" in page
    assert "has no score on 1" in page


def test_other_time_limits_make_a_curve(unseen_page: ModuleType) -> None:
    short = search(unseen_page, timeout=60.0, test=(0.7, 0.6, 0.8))
    page = unseen_page.page(["leaves"], [simple(unseen_page)], [short, search(unseen_page)])
    assert "| set | 1 min | 5 min |" in page
    assert "| leaves | 0.7 | 0.9 |" in page
