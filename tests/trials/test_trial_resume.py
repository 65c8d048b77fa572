"""A trial that was cut short goes on where it stood, however it was, and tells everything once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from cut_short import (
    ARTIFACTS,
    FINISHED,
    HEARTBEAT,
    REVIEW,
    STATE,
    WEIGHTS,
    eager_runner,
    leave_at,
    names,
    resume,
)
from patience import PATIENCE
from small_trials import DIVERGING, folder, make_spec, run, stop_at, values

from automl.core.trial import CONTINUE, Measurement, Status, Verdict
from automl.trials import make_runner


class TestGoingOn:
    @pytest.mark.parametrize("step", [1, 4, 7])
    def test_a_trial_that_was_dropped_tells_each_measurement_once_in_order(
        self, step, whole, digits, tmp_path
    ):
        place = folder(tmp_path, "dropped")
        leave_at(step, place, digits)
        told: list[Measurement] = []
        resumed = resume(place, digits, lambda measured: told.append(measured) or CONTINUE)
        assert [each.step for each in told] == list(range(1, 9))
        assert tuple(told) == resumed.measurements
        assert values(told) == values(whole.measurements)
        assert resumed.objective == whole.objective

    def test_nothing_of_what_was_saved_is_trained_again(self, digits, tmp_path):
        leave_at(4, tmp_path, digits)
        saved = torch.load(tmp_path / STATE, weights_only=True)["measurements"]
        resumed = resume(tmp_path, digits)
        assert [each["seconds"] for each in saved] == [
            each.seconds for each in resumed.measurements[:4]
        ]

    def test_without_resume_it_starts_afresh(self, whole, digits, tmp_path):
        place = folder(tmp_path, "again")
        leave_at(4, place, digits)
        (place / f".{STATE}.123").write_bytes(b"half")
        trial = eager_runner()(make_spec(place), digits)
        assert next(trial).step == 1
        assert names(place) == {HEARTBEAT}
        trial.close()

    @pytest.mark.parametrize("step", [1, 4])
    def test_a_pause_while_it_repeats_itself_loses_nothing(self, step, whole, digits, tmp_path):
        place = folder(tmp_path, "paused")
        leave_at(4, place, digits)
        paused = resume(place, digits, stop_at(step, Verdict.PAUSE))
        assert (paused.status, len(paused.measurements)) == (Status.PAUSED, 4)
        assert len(torch.load(place / STATE, weights_only=True)["measurements"]) == 4
        assert values(resume(place, digits).measurements) == values(whole.measurements)

    def test_a_stop_while_it_repeats_itself_ends_it(self, digits, tmp_path):
        leave_at(4, tmp_path, digits)
        stopped = resume(tmp_path, digits, stop_at(2, Verdict.STOP))
        assert (stopped.status, len(stopped.measurements)) == (Status.PRUNED, 2)
        assert stopped.objective == max(each.metrics["accuracy"] for each in stopped.measurements)
        assert names(tmp_path) == {ARTIFACTS}

    @pytest.mark.parametrize(
        ("training", "decide", "status"),
        [
            ({}, stop_at(4, Verdict.STOP), Status.PRUNED),
            ({"optimizer": DIVERGING}, lambda measured: CONTINUE, Status.DIVERGED),
        ],
    )
    def test_one_that_is_over_leaves_nothing_to_go_on_from(
        self, training, decide, status, digits, tmp_path
    ):
        (tmp_path / STATE).write_bytes(b"of an earlier attempt")
        spec = replace(make_spec(tmp_path, **training), resume=True)
        assert run(make_runner(1)(spec, digits), decide).status is status
        assert names(tmp_path) == ({ARTIFACTS} if status is Status.PRUNED else set())


class TestTheEnd:
    def test_is_on_disk_before_it_is_told(self, digits, tmp_path):
        """A worker that dies before anyone heard of it has nothing to train again."""
        first = run(make_runner(1)(make_spec(tmp_path), digits))
        assert names(tmp_path) >= {WEIGHTS, FINISHED}
        weights = (tmp_path / WEIGHTS).read_bytes()
        again = resume(tmp_path, digits)
        assert again.measurements == first.measurements  # to the second: none is measured anew
        assert (again.status, again.objective) == (Status.COMPLETE, first.objective)
        assert (again.checkpoint, (tmp_path / WEIGHTS).read_bytes()) == (first.checkpoint, weights)

    def test_can_be_paused_and_stopped_while_it_is_repeated(self, digits, tmp_path):
        first = run(make_runner(1)(make_spec(tmp_path), digits))
        assert resume(tmp_path, digits, stop_at(3, Verdict.PAUSE)).status is Status.PAUSED
        assert resume(tmp_path, digits).measurements == first.measurements
        assert resume(tmp_path, digits, stop_at(3, Verdict.STOP)).status is Status.PRUNED
        assert names(tmp_path) == {ARTIFACTS}

    def test_without_weights_is_none(self, digits, tmp_path):
        run(make_runner(1)(make_spec(tmp_path), digits))
        (tmp_path / WEIGHTS).unlink()
        assert resume(tmp_path, digits).checkpoint == str(tmp_path / WEIGHTS)
        assert (tmp_path / WEIGHTS).is_file()


VICTIM = """
import sys
from pathlib import Path
from small_trials import make_spec, run
from automl.data.source import load_dataset
from automl.trials.runner import TrialRunner

runner = TrialRunner(1, False, {}, training_per_saving=0.4)
digits = load_dataset("digits", "images", {}, 0, print)
run(runner(make_spec(Path(sys.argv[1]), epochs=25), digits))
"""


@pytest.mark.slow
def test_a_killed_trial_ends_with_the_curve_of_an_undisturbed_one(digits, tmp_path_factory):
    """In a process of its own, killed at some moment after its first checkpoint."""
    undisturbed = run(
        make_runner(1)(make_spec(tmp_path_factory.mktemp("whole"), epochs=25), digits)
    )
    tmp_path = tmp_path_factory.mktemp("killed")
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{here}{os.pathsep}{here.parent.parent}"}
    victim = subprocess.Popen([sys.executable, "-c", VICTIM, tmp_path], env=environment)
    try:
        deadline = time.monotonic() + PATIENCE
        while not (tmp_path / STATE).exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.1)
    finally:
        victim.kill()
    assert victim.wait() == -signal.SIGKILL
    told: list[Measurement] = []
    spec = replace(make_spec(tmp_path, epochs=25), resume=True)
    resumed = run(make_runner(1)(spec, digits), lambda each: told.append(each) or CONTINUE)
    assert resumed.status is Status.COMPLETE
    assert values(told) == values(resumed.measurements) == values(undisturbed.measurements)
    assert resumed.objective == undisturbed.objective
    assert names(tmp_path) == {STATE, WEIGHTS, FINISHED, REVIEW, ARTIFACTS}
