"""A trial that is trained again gives its numbers again; where not, it is said what is other."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from command_line import automl
from hypothesis import given
from hypothesis import strategies as st
from own_data import write_rows

from automl import api
from automl.api.reproduce import Reproduction
from automl.cli.reproduce import reproduction_text
from automl.core.curve_comparison import Agreement, compare_curves
from automl.core.errors import StudyError
from automl.core.trial import Measurement, Segment, surviving_segments
from automl.tuning.context import Watcher

pytestmark = pytest.mark.slow

# Every end that a trial may come to, in one grid: half of it is over the limit, half of the rest
# diverges.
SPACE = """\
task: image_classification
data: digits
network:
  - flatten
  - dense: {units: {choices: [8, 4000]}}
  - activation: relu
  - dropout: {choices: [0.3, 0.0]}
training:
  epochs: 1
  batch_size: 64
  optimizer: {sgd: {lr: {choices: [0.05, 1e14]}}}
objective: {constraints: {parameters: {max: 50000}}}
search: {trials: 4, sampler: grid, pruner: none}
baseline: {dropout: 0.3}
"""
ROWS = """\
task: tabular_regression
data: diamonds
network: [{dense: {units: {choices: [4, 8]}}}]
training: {epochs: 1, batch_size: 32}
search: {trials: 1, pruner: none}
"""
FLAGS: dict[str, Any] = {"executor": "local", "finalize": False}


class StoppingListener(Watcher):
    """Keeps what is announced, and stops a search at a measurement."""

    def __init__(self, at: tuple[int, int] | None = None) -> None:
        self.said: list[str] = []
        self.stop, self._at = threading.Event(), at

    def announce(self, text: str) -> None:
        self.said.append(text)

    def measure(self, number: int, measurement: Measurement) -> None:
        if (number, measurement.step) == self._at:
            self.stop.set()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole study; tests that change it give it back."""
    cwd = tmp_path_factory.mktemp("study")
    (cwd / "small.yaml").write_text(SPACE)
    api.search(str(cwd / "small.yaml"), results=str(cwd / "results"), **FLAGS)
    return cwd


@pytest.fixture
def results(study: Path) -> str:
    return str(study / "results")


def number(results: str, status: str, **drawn: Any) -> int:
    """The first trial that ended so."""
    return next(
        each.number
        for each in api.show("small", results).having(status)
        if drawn.items() <= each.parameters.items()
    )


@pytest.fixture
def segments(results: str) -> Any:
    """The file that says how the best trial without dropout was trained, as it was afterwards."""
    trial = number(results, "complete", dropout=0.0)
    file = Path(results, "small", "trials", f"{trial:04d}", "legs.jsonl")
    before = file.read_text()
    yield trial, file
    file.write_text(before)


def text_of(found: Reproduction) -> str:
    return " ".join(reproduction_text(found).split())


def test_a_complete_trial_comes_again_exactly(results: str) -> None:
    heard, steps = StoppingListener(), []
    found = api.reproduce(
        "small", None, results, heard, lambda done, total: steps.append((done, total))
    )
    assert found.trial == api.show("small", results).best
    assert found.verdict is Agreement.EXACT
    assert [each.metrics for each in found.curve] == [
        each.metrics for each in api.trial("small", found.trial.number, results).curve
    ]
    assert found.changes == ()
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert heard.said[-1].startswith(f"Replaying trial {found.trial.number} of small: 4 reporting")
    assert text_of(found).startswith("Exactly the same: all metrics of 4 steps (")


def test_a_diverged_trial_diverges_again(results: str) -> None:
    trial = number(results, "diverged")
    found = api.reproduce("small", trial, results)
    assert (found.verdict, found.ended) == (Agreement.EXACT, "diverged")
    assert "Both diverged: the training diverged at step" in text_of(found)


@pytest.mark.parametrize("status", ["infeasible", "missing"])
def test_a_trial_that_never_trained_is_one_clear_line(status: str, results: str) -> None:
    trial = 99 if status == "missing" else number(results, status)
    says = "small has .* trials, the last is" if status == "missing" else "it is infeasible (.*5"
    with pytest.raises(StudyError, match=f"--trial {trial}: {says.replace('(', '[(]')}"):
        api.reproduce("small", trial, results)


def test_the_study_is_only_read(results: str) -> None:
    def contents() -> dict[Path, bytes]:
        files = (each for each in Path(results).rglob("*") if each.is_file())
        return {each: each.read_bytes() for each in files}

    before = contents()
    api.reproduce("small", 0, results)
    assert contents() == before


def test_smaller_parts_of_batches_are_replayed_as_such(results: str, segments: Any) -> None:
    trial, file = segments
    segment = json.loads(file.read_text())
    file.write_text(json.dumps({**segment, "accumulate": 2}))
    found = api.reproduce("small", trial, results)
    assert found.verdict is not Agreement.EXACT, "the same sums in another order"
    assert "As then, it was trained with" in text_of(found)
    assert "batches in 2 parts" in text_of(found)


def test_what_is_other_here_is_told(results: str, segments: Any) -> None:
    trial, file = segments
    segment = json.loads(file.read_text())
    elsewhere = {"hardware": "64 cores", "versions": segment["versions"] | {"torch": "1.0"}}
    file.write_text(json.dumps({**segment, **elsewhere}))
    changes = api.reproduce("small", trial, results).changes
    assert [change.split(" was ")[0] for change in changes] == ["the hardware", "torch"]
    assert changes[1].startswith("torch was 1.0, and is ")


def test_of_an_older_study_the_threads_are_not_known(results: str, segments: Any) -> None:
    trial, file = segments
    file.unlink()
    found = api.reproduce("small", trial, results)
    assert found.verdict is Agreement.EXACT
    assert found.changes[0].startswith("the number of threads was not recorded")
    assert "Changed conditions: the number of threads was not recorded" in text_of(found)


@pytest.fixture
def tampered(results: str) -> Any:
    """Multiplies a loss of a trial's kept curve; the curve is as it was afterwards."""
    trial = number(results, "complete", dropout=0.3)
    file = Path(results, "small", "trials", f"{trial:04d}", "curve.jsonl")
    before = file.read_text()

    def tamper(step: int, factor: float) -> int:
        rows = [json.loads(row) for row in before.splitlines()]
        rows[step - 1]["metrics"]["loss"] *= factor
        file.write_text("\n".join(map(json.dumps, rows)))
        return trial

    yield tamper
    file.write_text(before)


def test_a_small_difference_is_rounding_and_is_shown(results: str, tampered: Any) -> None:
    found = api.reproduce("small", tampered(step=2, factor=1.005), results)
    assert (found.verdict, found.comparison.first) == (Agreement.ROUNDING, None)
    text = text_of(found)
    assert text.startswith("The same within rounding: all metrics of 4 steps within 1% (")
    assert "The largest difference: loss is " in text
    assert text.endswith("0.50% apart, at step 2.")


def test_a_difference_is_placed_and_exits_1(study: Path, results: str, tampered: Any) -> None:
    trial = tampered(step=3, factor=1.5)
    run = automl("reproduce", "small", "--trial", str(trial), "--json", cwd=study)
    assert run.returncode == 1, run.stderr
    told = json.loads(run.stdout)
    assert (told["verdict"], told["tolerance"], len(told["curve"])) == ("different", 0.01, 4)
    assert (told["comparison"]["first"]["step"], told["comparison"]["first"]["metric"]) == (
        3,
        "loss",
    )
    text = text_of(api.reproduce("small", trial, results))
    assert text.startswith("Different (4 steps of 4, ")
    assert "From step 3 (epoch 0.75) on: loss is " in text
    assert "33.33% apart" in text
    assert text.endswith("No known condition has changed.")


def test_a_trial_that_was_stopped_is_replayed_up_to_there(study: Path) -> None:
    space, results = str(study / "small.yaml"), str(study / "cut")
    api.search(space, results=results, trials=1, trial_timeout=1e-6, **FLAGS)
    assert api.show("small", results).trials[0].status == "pruned"
    found = api.reproduce("small", 0, results)
    assert (found.verdict, len(found.curve)) == (Agreement.EXACT, 1)


def test_a_trial_that_went_on_is_replayed_in_its_parts(study: Path) -> None:
    space, results, heard = (
        str(study / "small.yaml"),
        str(study / "paused"),
        StoppingListener(at=(0, 2)),
    )
    api.search(space, results=results, trials=1, watcher=heard, stop=heard.stop, **FLAGS)
    assert api.show("small", results).trials[0].status == "paused"
    assert api.reproduce("small", 0, results).verdict is Agreement.EXACT
    api.resume("small", results=results)
    found = api.reproduce("small", 0, results)
    assert (found.verdict, len(found.curve)) == (Agreement.EXACT, 4)
    assert [segment.begins for segment in found.segments] == [0, 2]
    assert "It was trained in 2 segments, and so was the replay: from step 1 with" in text_of(found)


def test_other_data_is_told_before_the_replay(tmp_path: Path) -> None:
    data, results = write_rows(tmp_path), str(tmp_path / "results")
    (tmp_path / "rows.yaml").write_text(ROWS)
    space = str(tmp_path / "rows.yaml")
    api.search(space, data=str(data), target="price", results=results, **FLAGS)
    data.write_text(data.read_text() + "\n5.0,red,3.0,900000.0")
    heard = StoppingListener()
    found = api.reproduce("rows", None, results, heard)
    assert found.verdict is Agreement.DIFFERENT
    told = next(at for at, line in enumerate(heard.said) if line.startswith("the data has changed"))
    assert heard.said[told + 1].startswith("Replaying trial 0 of rows")
    assert found.changes[0] == heard.said[told]


POSITIVE = st.floats(min_value=1e-3, max_value=1e3)


def curve(values: list[float]) -> list[Measurement]:
    return [Measurement(at, at / 2, {"loss": each}, 1.0) for at, each in enumerate(values, 1)]


@given(st.lists(POSITIVE, min_size=1), st.data())
def test_a_value_that_is_off_is_found_where_it_is(values: list[float], data: st.DataObject) -> None:
    assert compare_curves(curve(values), curve(values)).verdict is Agreement.EXACT
    at = data.draw(st.integers(0, len(values) - 1))
    other = [*values]
    other[at] += max(values)  # beyond the rounding of the smallest, too
    found = compare_curves(curve(values), curve(other))
    assert found.verdict is Agreement.DIFFERENT
    assert found.first == found.largest
    assert (found.first.step, found.first.now) == (at + 1, other[at])  # type: ignore[union-attr]


@given(st.lists(POSITIVE, min_size=1), st.floats(min_value=-0.009, max_value=0.009))
def test_within_a_hundredth_is_rounding_or_exact(values: list[float], share: float) -> None:
    found = compare_curves(curve(values), curve([each * (1 + share) for each in values]))
    assert found.verdict is not Agreement.DIFFERENT


def test_a_curve_that_breaks_off_is_different() -> None:
    assert compare_curves(curve([1.0, 2.0]), curve([1.0])).verdict is Agreement.DIFFERENT


@given(st.lists(st.integers(0, 9), min_size=1))
def test_the_parts_that_last_follow_each_other(begins: list[int]) -> None:
    kept = [
        segment.begins for segment in surviving_segments([Segment(each, 1, 1) for each in begins])
    ]
    assert kept == sorted(set(kept))
    assert kept[-1] == begins[-1]
    assert kept[0] == min(begins[begins.index(min(begins)) :])
