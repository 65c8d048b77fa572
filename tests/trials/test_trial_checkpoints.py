"""When a trial writes checkpoints, and what becomes of one that finds no room."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch
from cut_short import (
    HEARTBEAT,
    STATE,
    eager_runner,
    full_disk,
    leave_at,
    names,
    resume,
)
from small_trials import folder, make_spec, run, stop_at, values

from automl.core.trial import CONTINUE, Status, Verdict
from automl.data.dataset import Dataset
from automl.training.state import TrainingRun
from automl.trials.files import TRAINING_PER_SAVING, Checkpoints
from automl.trials.preparation import prepare


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
        run.record({"accuracy": 0.5}, TRAINING_PER_SAVING * most)
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


class TestFullDisk:
    def test_a_checkpoint_that_finds_no_room_leaves_the_older_one(self, whole, digits, tmp_path):
        place = folder(tmp_path, "full")
        trial = eager_runner()(make_spec(place), digits)
        next(trial)
        trial.send(CONTINUE)
        older = (place / STATE).read_bytes()
        with full_disk():
            for _ in range(6):
                trial.send(CONTINUE)
            assert (place / STATE).read_bytes() == older
            assert names(place) == {STATE, HEARTBEAT}
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
            paused = run(eager_runner()(make_spec(place), digits), stop_at(4, Verdict.PAUSE))
        assert (paused.status, paused.checkpoint) == (Status.PAUSED, None)
        assert names(place) == set()
        assert values(resume(place, digits).measurements) == values(whole.measurements)
