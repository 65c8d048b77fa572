"""What a trial leaves for people: a review of its model, pictures and tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import own_data
import pytest
from drawing import drawn
from PIL import Image
from small_trials import make_spec, run, stop_at

from automl.core.error_analysis import (
    Confusion,
    ErrorAnalysis,
    ImageExample,
    RowExample,
    Scatter,
    SeriesExample,
    TextExample,
)
from automl.core.trial import Status, TrialResult, Verdict
from automl.data import READERS
from automl.data.dataset import Dataset
from automl.store import StudyFolder, TrialFolder
from automl.tasks import TASKS
from automl.trials import make_runner

pytestmark = pytest.mark.slow

FLAT = ({"flatten": {}}, {"dense": {"units": 8, "bias": True}})
TEXT = ({"embedding": {"size": 4}}, {"global_avg_pool": {}})
EXAMPLES: dict[str, type] = {
    "images": ImageExample,
    "text": TextExample,
    "table": RowExample,
    "series": SeriesExample,
    "forecast": SeriesExample,
}


@pytest.fixture(scope="module", autouse=True)
def pictures() -> Iterator[None]:
    with drawn():
        yield


def train(folder: TrialFolder, data: Dataset, layers: Any = FLAT, **changes: Any) -> TrialResult:
    """A trial that learns next to nothing, in the place that a study has for it."""
    metric = TASKS[data.task].default_metric
    spec = replace(
        make_spec(folder.path, layers, epochs=1, optimizer={"adamw": {"lr": 1e-6}}),
        metric=metric,
        maximize=TASKS[data.task].metric(metric).maximize,
        **changes,
    )
    folder.path.mkdir(parents=True)
    return run(make_runner(1)(spec, data))


@pytest.mark.parametrize("kind", READERS.names)
class TestEveryKind:
    """What holds for data of every kind."""

    @pytest.fixture
    def reviewed(self, kind: str, tmp_path: Path, monkeypatch) -> tuple[TrialFolder, Dataset]:
        monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
        _, data = own_data.load(kind, tmp_path)
        folder = StudyFolder(tmp_path / "study").trial(3)
        assert train(folder, data, TEXT if kind == "text" else FLAT).status is Status.COMPLETE
        return folder, data

    def test_a_finished_model_is_reviewed(self, kind: str, reviewed) -> None:
        folder, data = reviewed
        review = folder.review()
        assert isinstance(review, ErrorAnalysis)
        assert review.examples == len(data.validation)
        assert isinstance(review.errors, Confusion if "class" in data.task else Scatter)
        assert review.mistakes
        assert {type(each.example) for each in review.mistakes} == {EXAMPLES[kind]}

    def test_there_are_files_to_look_at(self, kind: str, reviewed) -> None:
        folder, data = reviewed
        names = {file.name for file in folder.artifacts()}
        errors = "confusion.png" if "class" in data.task else "predictions.png"
        mistakes = "mistakes.csv" if kind in ("text", "table") else "mistakes.png"
        assert names == {"learning_curve.png", errors, mistakes}
        for file in folder.artifacts():
            if file.suffix == ".png":
                with Image.open(file) as image:
                    image.load()
                    assert min(image.size) > 200


def test_the_review_is_of_the_best_weights(digits: Dataset, tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path).trial(3)
    result = train(folder, digits)
    review = folder.review()
    assert review is not None
    assert isinstance(review.errors, Confusion)
    right = sum(row[at] for at, row in enumerate(review.errors.counts))
    assert right / review.examples == pytest.approx(result.objective)


def test_a_forecast_goes_on_where_the_past_ends(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    _, data = own_data.load("forecast", tmp_path)
    folder = StudyFolder(tmp_path / "study").trial(3)
    train(folder, data)
    review = folder.review()
    assert review is not None
    example = review.mistakes[0].example
    assert isinstance(example, SeriesExample)
    past = [line for line in example.lines if line.start == 0]
    ahead = [line for line in example.lines if line.start]
    assert {line.start for line in ahead} == {len(past[0].values)}
    assert {line.role for line in ahead} == {"came", "forecast"}


def test_a_table_of_mistakes_has_the_texts(tmp_path: Path) -> None:
    _, data = own_data.load("text", tmp_path)
    folder = StudyFolder(tmp_path / "study").trial(3)
    train(folder, data, TEXT)
    with (folder.path / "artifacts" / "mistakes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["truth"] for row in rows} <= {"good", "bad"}
    assert all(row["truth"] != row["answer"] and row["text"] for row in rows)


def test_a_pruned_trial_has_its_curve_alone(digits: Dataset, tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path).trial(3)
    folder.path.mkdir(parents=True)
    run(make_runner(1)(make_spec(folder.path), digits), stop_at(2, Verdict.STOP))
    assert [file.name for file in folder.artifacts()] == ["learning_curve.png"]
    assert folder.review() is None


def test_labels_of_any_kind_can_be_drawn(digits: Dataset, tmp_path: Path) -> None:
    hostile = ("$x^", "שלום", "日本", "a\nb", "_" * 500, "", "%s", "\\frac", "é", "10")
    strange = replace(digits, target=replace(digits.target, labels=hostile))
    folder = StudyFolder(tmp_path).trial(3)
    assert train(folder, strange).status is Status.COMPLETE
    assert {file.stem for file in folder.artifacts()} >= {"confusion", "mistakes"}
    assert folder.log() == ""


def test_a_review_that_fails_costs_the_trial_nothing(digits: Dataset, tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path).trial(3)
    folder.path.mkdir(parents=True)
    (folder.path / "review.json").mkdir()
    result = run(make_runner(1)(make_spec(folder.path), digits))
    assert result.status is Status.COMPLETE
    assert folder.weights.is_file()
    assert folder.review() is None


def test_a_damaged_review_is_as_none(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path).trial(3)
    folder.path.mkdir(parents=True)
    for content in (b"", b"{}", b"\xff", b'{"examples": 3, "errors": 4, "mistakes": []}'):
        (folder.path / "review.json").write_bytes(content)
        assert folder.review() is None
