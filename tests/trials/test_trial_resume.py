"""A trial that was cut short goes on where it stood, however it was, and tells everything once."""

from __future__ import annotations

import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from patience import PATIENCE
from small_trials import DIVERGING, folder, make_spec, network, run, stop_at, values

from automl.core.trial import CONTINUE, Measurement, Status, TrialResult, Verdict
from automl.data.dataset import Dataset
from automl.training.run import TrainingRun
from automl.trials import checkpoints, make_runner
from automl.trials.checkpoints import Checkpoints
from automl.trials.prepare import prepare

STATE, WEIGHTS, FINISHED, PULSE = "state.pt", "weights.safetensors", "finished.json", "pulse"
REVIEW, ARTIFACTS, LEGS = "review.json", "artifacts", "legs.jsonl"


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after every measurement."""
    monkeypatch.setattr(checkpoints, "WORTH", 0)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond a kilobyte; the system refuses it as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(place: Path) -> set[str]:
    """All files but the one that says how it was trained, which stays whatever happens."""
    return {each.name for each in place.iterdir()} - {LEGS}


def leave_at(step: int, place: Path, data: Dataset) -> None:
    """Run a trial and drop it right after the answer to measurement ``step``, as a crash does."""
    trial = make_runner(1)(make_spec(place), data)
    next(trial)
    for _ in range(step):
        trial.send(CONTINUE)
    trial.close()


def resume(place: Path, data: Dataset, decide: Any = lambda measured: CONTINUE) -> TrialResult:
    return run(make_runner(1)(replace(make_spec(place), resume=True), data), decide)


@pytest.fixture
def whole(digits: Dataset, tmp_path: Path) -> TrialResult:
    return run(make_runner(1)(make_spec(folder(tmp_path, "whole")), digits))


class TestCheckpoints:
    def make(self, digits: Dataset, place: Path) -> tuple[TrainingRun, Checkpoints, Path]:
        run = prepare(make_spec(place), digits, torch.device("cpu"))
        return run, Checkpoints(place / STATE, run), place / STATE

    def test_the_first_comes_after_a_second_of_training(self, digits, tmp_path):
        run, saver, state = self.make(digits, tmp_path)
        for seconds, there in ((0.9, False), (0.2, True)):
            run.record({"accuracy": 0.5}, seconds)
            saver.save_if_due()
            assert state.is_file() is there

    def test_cost_at_most_a_twentieth_of_the_training(self, digits, tmp_path):
        """The next is due by what the last has taken."""
        run, saver, state = self.make(digits, tmp_path)
        started = time.perf_counter()
        saver.save()
        most = time.perf_counter() - started
        state.unlink()
        run.record({"accuracy": 0.5}, 1e-6)
        saver.save_if_due()
        assert not state.exists()
        run.record({"accuracy": 0.5}, checkpoints.WORTH * most)
        saver.save_if_due()
        assert state.is_file()

    def test_one_that_failed_is_not_tried_again_at_once(self, digits, tmp_path):
        run, saver, state = self.make(digits, tmp_path)
        run.record({"accuracy": 0.5}, 2.0)
        with full_disk():
            saver.save_if_due()
        saver.save_if_due()
        assert names(tmp_path) == set()
        run.record({"accuracy": 0.5}, 1000.0)
        saver.save_if_due()
        assert state.is_file()


@pytest.mark.usefixtures("eager")
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
        assert resumed.value == whole.value

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
        (place / STATE).with_name(f"{STATE}.partial").write_bytes(b"half")
        trial = make_runner(1)(make_spec(place), digits)
        assert next(trial).step == 1
        assert names(place) == {PULSE}
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
        assert stopped.value == max(each.metrics["accuracy"] for each in stopped.measurements)
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


class Payload:
    """What runs a command when it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.proof}",)


@pytest.mark.usefixtures("eager")
class TestDamage:
    def of_another_network(self, place: Path, digits: Dataset) -> None:
        run(make_runner(1)(make_spec(place, network(17)), digits), stop_at(4, Verdict.PAUSE))

    def truncated(self, place: Path, digits: Dataset) -> None:
        leave_at(4, place, digits)
        whole = (place / STATE).read_bytes()
        (place / STATE).write_bytes(whole[: len(whole) // 2])

    def garbage(self, place: Path, digits: Dataset) -> None:
        (place / STATE).write_bytes(bytes(range(256)) * 40)

    def empty(self, place: Path, digits: Dataset) -> None:
        (place / STATE).touch()

    def another_object(self, place: Path, digits: Dataset) -> None:
        torch.save({"measurements": [{"step": 1}]}, place / STATE)

    def a_program(self, place: Path, digits: Dataset) -> None:
        torch.save(Payload(place / "proof"), place / STATE)

    def a_bare_pickle(self, place: Path, digits: Dataset) -> None:
        (place / STATE).write_bytes(pickle.dumps(Payload(place / "proof")))

    KINDS: tuple[Callable[..., None], ...] = (
        of_another_network,
        truncated,
        garbage,
        empty,
        another_object,
        a_program,
        a_bare_pickle,
    )

    @pytest.mark.parametrize("damage", KINDS)
    def test_a_damaged_checkpoint_means_a_fresh_start(self, damage, whole, digits, tmp_path):
        place = folder(tmp_path, "damaged")
        damage(self, place, digits)
        resumed = resume(place, digits)
        assert resumed.status is Status.COMPLETE
        assert values(resumed.measurements) == values(whole.measurements)
        assert not (place / "proof").exists()

    DAMAGED = (
        "",
        "[",
        "{}",
        "[1]",
        '[{"step": 1}]',
        '[{"step": 1, "epoch": 0.25, "metrics": {"loss": 0.1}, "seconds": 1}]',
    )

    @pytest.mark.parametrize("text", DAMAGED)
    def test_a_damaged_end_means_going_on_from_the_checkpoint(self, text, whole, digits, tmp_path):
        place = folder(tmp_path, "damaged")
        run(make_runner(1)(make_spec(place), digits))
        (place / FINISHED).write_text(text)
        resumed = resume(place, digits)
        assert resumed.status is Status.COMPLETE
        assert values(resumed.measurements) == values(whole.measurements)


class TestTheEnd:
    def test_is_on_disk_before_it_is_told(self, digits, tmp_path):
        """A worker that dies before anyone heard of it has nothing to train again."""
        first = run(make_runner(1)(make_spec(tmp_path), digits))
        assert names(tmp_path) >= {WEIGHTS, FINISHED}
        weights = (tmp_path / WEIGHTS).read_bytes()
        again = resume(tmp_path, digits)
        assert again.measurements == first.measurements  # to the second: none is measured anew
        assert (again.status, again.value) == (Status.COMPLETE, first.value)
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


@pytest.mark.usefixtures("eager")
class TestFullDisk:
    def test_a_checkpoint_that_finds_no_room_leaves_the_older_one(self, whole, digits, tmp_path):
        place = folder(tmp_path, "full")
        trial = make_runner(1)(make_spec(place), digits)
        next(trial)
        trial.send(CONTINUE)
        older = (place / STATE).read_bytes()
        with full_disk():
            for _ in range(6):
                trial.send(CONTINUE)
            assert (place / STATE).read_bytes() == older
            assert names(place) == {STATE, PULSE}
        with pytest.raises(StopIteration) as end:
            trial.send(CONTINUE)
        assert end.value.value.status is Status.COMPLETE
        assert values(end.value.value.measurements) == values(whole.measurements)

    def test_an_end_that_finds_no_room_costs_the_attempt_not_the_trial(
        self, whole, digits, tmp_path
    ):
        place = folder(tmp_path, "full")
        leave_at(4, place, digits)
        with full_disk():
            lost = resume(place, digits)
        assert (lost.status, lost.checkpoint) == (Status.LOST, None)
        assert "File too large" in lost.reason
        assert names(place) == {STATE}
        assert values(resume(place, digits).measurements) == values(whole.measurements)

    def test_a_pause_without_room_goes_on_from_before(self, whole, digits, tmp_path):
        place = folder(tmp_path, "full")
        with full_disk():
            paused = run(make_runner(1)(make_spec(place), digits), stop_at(4, Verdict.PAUSE))
        assert (paused.status, paused.checkpoint) == (Status.PAUSED, None)
        assert names(place) == set()
        assert values(resume(place, digits).measurements) == values(whole.measurements)


VICTIM = """
import sys
from pathlib import Path
from small_trials import make_spec, run
from automl.data.load import load_dataset
from automl.trials import checkpoints, make_runner

checkpoints.FIRST_COST = 0.001
digits = load_dataset("digits", "images", {}, 0, print)
run(make_runner(1)(make_spec(Path(sys.argv[1]), epochs=25), digits))
"""


@pytest.fixture(scope="module")
def undisturbed(digits: Dataset, tmp_path_factory: pytest.TempPathFactory) -> TrialResult:
    return run(make_runner(1)(make_spec(tmp_path_factory.mktemp("whole"), epochs=25), digits))


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_a_killed_trial_ends_with_the_curve_of_an_undisturbed_one(
    seconds, undisturbed, digits, tmp_path
):
    """In a process of its own, killed so many seconds after its first checkpoint."""
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": f"{here}{os.pathsep}{here.parent.parent}"}
    victim = subprocess.Popen([sys.executable, "-c", VICTIM, tmp_path], env=environment)
    try:
        deadline = time.monotonic() + PATIENCE
        while not (tmp_path / STATE).exists() and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(seconds)
    finally:
        victim.kill()
    assert victim.wait() == -signal.SIGKILL
    told: list[Measurement] = []
    spec = replace(make_spec(tmp_path, epochs=25), resume=True)
    resumed = run(make_runner(1)(spec, digits), lambda each: told.append(each) or CONTINUE)
    assert resumed.status is Status.COMPLETE
    assert values(told) == values(resumed.measurements) == values(undisturbed.measurements)
    assert resumed.value == undisturbed.value
    assert names(tmp_path) == {STATE, WEIGHTS, FINISHED, REVIEW, ARTIFACTS}
