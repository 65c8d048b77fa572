"""What holds for every tracker of the registry, whatever it writes."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from tracked_trials import complete, small_trial, step

from automl.core.errors import UnknownName
from automl.core.trial import Measurement
from automl.tracking import TRACKERS
from automl.tracking.tracker import TrackedTrial, Tracker, TrialEnd

HOSTILE = (
    "поиск 🔍",
    "a:b#c?d%e'f;g,h",
    " ",
    "-",
    "x" * 255,
    "<b>|*_[1](2)</b>",
    "two\nlines",
)


@pytest.fixture(params=TRACKERS.names)
def tracker(request: pytest.FixtureRequest) -> Tracker:
    return TRACKERS[request.param]()


def files(folder: Path) -> set[Path]:
    return {each for each in folder.rglob("*") if each.is_file()}


def test_it_writes_in_the_folder_of_the_trial_alone_and_says_nothing(
    tracker: Tracker, trial: TrackedTrial, capfd: pytest.CaptureFixture[str]
) -> None:
    ending = complete(trial.folder)
    before, working = files(trial.folder), set(Path.cwd().iterdir())
    track = tracker.begin(trial)
    for number in (1, 2, 3):
        track.measure(step(number))
    track.end(ending)
    assert files(trial.folder) > before
    assert files(trial.folder.parents[1]) == files(trial.folder)
    assert set(Path.cwd().iterdir()) == working
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "status", ["complete", "pruned", "infeasible", "diverged", "failed", "paused"]
)
def test_a_trial_may_end_in_any_way_with_nothing_measured(
    status: str, tracker: Tracker, trial: TrackedTrial
) -> None:
    tracker.begin(trial).end(TrialEnd(status, "for no reason"))
    assert tracker.look(trial.folder.parent)


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_and_any_value_will_do(name: str, tracker: Tracker, tmp_path: Path) -> None:
    trial = replace(
        small_trial(tmp_path / "trials" / "0003", study=name),
        parameters={name: name, "none": None, "nan": math.nan, "much": math.inf, "whole": 10**30},
    )
    track = tracker.begin(trial)
    metrics = {"accuracy": math.nan, "loss": -math.inf, "other": 1e300}
    track.measure(Measurement(1, 0.5, metrics, 0.0))
    track.end(TrialEnd("diverged", name * 9, None))
    assert tracker.look(trial.folder.parent)


def test_a_study_may_have_a_name_that_is_no_text(tracker: Tracker, tmp_path: Path) -> None:
    trial = small_trial(tmp_path / "trials" / "0003", study=os.fsdecode(b"caf\xe9"))
    tracker.begin(trial).end(TrialEnd("complete"))
    assert tracker.look(trial.folder.parent)


def test_trials_may_be_tracked_at_once(tracker: Tracker, tmp_path: Path) -> None:
    trials = [small_trial(tmp_path / f"000{number}", number=number) for number in range(3)]
    tracks = [tracker.begin(each) for each in trials]
    for number in (1, 2):
        for track in tracks:
            track.measure(step(number))
    for track in reversed(tracks):
        track.end(TrialEnd("pruned"))
    written = [files(each.folder) for each in trials]
    assert all(written)


def test_there_is_nothing_to_look_at_before_anything_is_tracked(
    tracker: Tracker, tmp_path: Path
) -> None:
    assert tracker.look(tmp_path) is None


def test_it_may_be_abandoned_in_the_middle_and_made_again(tracker: Tracker, tmp_path: Path) -> None:
    tracker.begin(small_trial(tmp_path / "trials" / "0001", number=1)).measure(step(1))
    tracker.abandon()
    again = type(tracker)().begin(small_trial(tmp_path / "trials" / "0002", number=2))
    again.end(TrialEnd("complete"))
    assert files(tmp_path / "trials" / "0002")


@pytest.mark.slow
@pytest.mark.parametrize("name", [each for each in TRACKERS if find_spec(each)])
def test_a_missing_library_is_told_with_the_command_before_anything_begins(
    name: str, tmp_path: Path
) -> None:
    code = (
        f"import sys; sys.modules[{name!r}] = None; "
        "sys.argv = ['automl', 'search', 'mlp', '--track', sys.argv[1]]; "
        "from automl.__main__ import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, name],
        cwd=tmp_path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    install = f"pip install 'automl[{name}]'"
    assert ran.stderr == f"automl: {name} is not installed; get it with: {install}\n"
    assert ran.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_nearly_right_is_guessed() -> None:
    with pytest.raises(UnknownName, match="did you mean 'tensorboard'"):
        TRACKERS.check("tensorbord")
