"""A study's name is good where a model is asked for, and a model's path where a study is."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.api.stored_study import locate_bundle, locate_study
from automl.core.errors import StudyError, UserError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study with a model, and one without."""
    monkeypatch.chdir(tmp_path)
    for name in ("churn", "young"):
        (tmp_path / "results" / name).mkdir(parents=True)
        (tmp_path / "results" / name / "study.yaml").write_text("")
    best = tmp_path / "results" / "churn" / "best"
    best.mkdir()
    (best / "bundle.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    "named", ["churn", "results/churn", "results/churn/best", "results/churn/best/bundle.json"]
)
def test_a_model_is_found_by_its_study_or_its_path(named: str, folder: Path) -> None:
    assert locate_bundle(named).resolve() == folder / "results" / "churn" / "best"


@pytest.mark.parametrize("named", ["churn", "results/churn", "results/churn/best"])
def test_a_study_is_found_by_its_name_or_a_path_in_it(named: str) -> None:
    assert locate_study(named) == ("churn", "results")


def test_a_path_leads_to_another_results_folder(folder: Path) -> None:
    (folder / "results").rename(folder / "elsewhere")
    assert locate_study("elsewhere/churn/best") == ("churn", str(folder / "elsewhere"))
    assert locate_bundle("churn", "elsewhere") == Path("elsewhere/churn/best")


def test_a_folder_of_the_same_name_hides_no_study(folder: Path) -> None:
    (folder / "churn").mkdir()
    assert locate_bundle("churn") == Path("results/churn/best")
    assert locate_study("churn") == ("churn", "results")


def test_a_name_of_nothing_is_told_the_nearest() -> None:
    with pytest.raises(UserError, match=r"^'chrun' is no bundle, and no study in results; did you"):
        locate_bundle("chrun")


def test_a_study_without_a_model_says_so() -> None:
    with pytest.raises(StudyError, match=r"'young' has no model yet; see why: automl show young"):
        locate_bundle("young")
