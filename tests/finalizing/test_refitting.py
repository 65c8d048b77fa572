"""Refits side by side on an executor that fails now and then, treated as trials are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from slots_executor import Fate, SlotsExecutor

from automl.core.executor import Finished, Measured, TimeLimits
from automl.core.trial import (
    CONTINUE,
    Config,
    Decision,
    Measurement,
    Status,
    Trial,
    TrialResult,
    TrialSpec,
    Verdict,
)
from automl.data.dataset import Dataset
from automl.data.source import load_dataset
from automl.execution.trial_loop import run_trials
from automl.finalizing.refits import Refit, RefitQueue
from automl.store import WEIGHTS

STEPS = 2


class Slots:
    """An executor of as many slots as a test likes, whose trainings measure what they are told.

    Args:
        slots: How many at once.
        fate: What becomes of an attempt, by its number and how many were before; None is well.
    """

    device = "slots"
    shares_memory = True

    def __init__(self, slots: int, fate: Callable[[int, int], Status | None]) -> None:
        self.slots, self._fate = slots, fate
        self.attempts: list[tuple[int, bool, int]] = []
        self.most = 0
        self._due: dict[int, list[Measured | Finished]] = {}

    def submit(self, spec: TrialSpec, data: Any, alone: bool = False) -> None:
        before = sum(number == spec.number for number, *_ in self.attempts)
        self.attempts.append((spec.number, alone, spec.grad_accumulation))
        measured = tuple(Measurement(at, at, {"score": 0.5}, at) for at in range(1, STEPS + 1))
        status = self._fate(spec.number, before) or Status.COMPLETE
        save_file({"weight": np.zeros(1, np.float32)}, Path(spec.folder) / WEIGHTS)
        result = TrialResult(spec.number, status, measured, 0.5, reason="fate")
        self._due[spec.number] = [Measured(spec.number, measured[0]), Finished(result)]
        self.most = max(self.most, len(self._due))

    def poll(self, timeout: float) -> list[Measured | Finished]:
        events = [each.pop(0) for each in self._due.values() if each]
        for event in events:
            if isinstance(event, Finished):
                del self._due[event.result.number]
        return events

    def answer(self, number: int, decision: Decision) -> None:
        if decision.verdict is Verdict.PAUSE:
            self._due[number] = [Finished(TrialResult(number, Status.PAUSED))]

    def cancel(self, number: int, reason: str) -> None:
        self._due[number] = [Finished(TrialResult(number, Status.LOST, reason=reason))]

    def close(self) -> None:
        self._due.clear()


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits", "images", {}, 0, print)


def fits(folder: Path, digits: Dataset, count: int) -> list[Refit]:
    config = Config((), {"batch_size": 8})
    return [
        Refit(TrialSpec(at, config, at, 1, "score", True, str(folder / f"{at}")), digits)
        for at in range(count)
    ]


def run(executor: Slots, wanted: list[Refit], stop: Callable[[], bool] = lambda: False) -> bool:
    queue = RefitQueue(wanted, STEPS, stop, lambda done, running: None)
    run_trials(executor, queue, TimeLimits())
    return queue.ended


def statuses(wanted: list[Refit]) -> list[Status | None]:
    return [result.status if (result := fit.result()) else None for fit in wanted]


@pytest.mark.parametrize("slots", [1, 2, 4])
def test_all_come_to_their_ends_and_none_runs_again(
    slots: int, tmp_path: Path, digits: Dataset
) -> None:
    wanted, executor = fits(tmp_path, digits, 3), Slots(slots, lambda number, before: None)
    assert run(executor, wanted)
    assert statuses(wanted) == [Status.COMPLETE] * 3
    assert executor.most == min(slots, 3)
    assert run(executor, wanted)
    assert len(executor.attempts) == 3


def test_one_that_is_lost_is_tried_again_a_bounded_number_of_times(
    tmp_path: Path, digits: Dataset
) -> None:
    wanted = fits(tmp_path, digits, 2)
    executor = Slots(2, lambda number, before: Status.LOST if number == 0 or before == 0 else None)
    assert run(executor, wanted)
    assert [number for number, *_ in executor.attempts].count(0) == 3
    assert [number for number, *_ in executor.attempts].count(1) == 2
    assert statuses(wanted) == [Status.FAILED, Status.COMPLETE]
    result = wanted[0].result()
    assert result is not None
    assert result.reason == "fate; given up after 3 attempts"


def test_those_that_are_not_waited_for_leave_their_workers_to_others(
    tmp_path: Path, digits: Dataset
) -> None:
    wanted, executor = fits(tmp_path, digits, 2), Slots(2, lambda number, before: None)
    late = RefitQueue(wanted, STEPS, lambda: False, lambda done, running: None, lambda: True)
    run_trials(executor, late, TimeLimits())
    assert [number for number, *_ in executor.attempts] == [0, 1]
    assert not late.ended
    assert executor.poll(0) == []
    assert run(executor, wanted)


def test_one_without_enough_memory_is_alone_then_takes_its_batches_in_parts(
    tmp_path: Path, digits: Dataset
) -> None:
    wanted = fits(tmp_path, digits, 2)
    executor = Slots(
        2, lambda number, before: Status.OUT_OF_MEMORY if number == 0 or before == 0 else None
    )
    assert run(executor, wanted)
    of_first = [attempt[1:] for attempt in executor.attempts if attempt[0] == 0]
    of_second = [attempt[1:] for attempt in executor.attempts if attempt[0] == 1]
    assert of_first == [(False, 1), (True, 1), (True, 2), (True, 4)]  # batches of 8
    assert of_second == [(False, 1), (True, 1)]
    assert statuses(wanted) == [Status.INFEASIBLE, Status.COMPLETE]


def test_one_that_makes_progress_between_its_losses_is_not_given_up(
    tmp_path: Path, digits: Dataset
) -> None:
    wanted = fits(tmp_path, digits, 1)
    executor = SlotsExecutor(run_refit, 1, fate=lost_once_at_each_step())
    queue = RefitQueue(wanted, 6, lambda: False, lambda done, running: None)
    run_trials(executor, queue, TimeLimits())
    assert len(executor.submitted) == 6
    assert statuses(wanted) == [Status.COMPLETE]


def run_refit(spec: TrialSpec, data: Any) -> Trial:
    """Six steps, of which those of earlier attempts are reported again."""
    measured = [Measurement(step, step, {"score": 0.5}, step) for step in range(1, 7)]
    for each in measured:
        decision = yield each
        assert decision == CONTINUE
    save_file({"weight": np.zeros(1, np.float32)}, Path(spec.folder) / WEIGHTS)
    return TrialResult(spec.number, Status.COMPLETE, tuple(measured), 0.5)


def lost_once_at_each_step() -> Fate:
    seen: set[int] = set()

    def fate(spec: TrialSpec, step: int) -> Status | None:
        if step in (0, 6) or step in seen:
            return None
        seen.add(step)
        return Status.LOST

    return fate


def test_when_it_is_to_stop_none_begins_and_those_that_run_pause(
    tmp_path: Path, digits: Dataset
) -> None:
    wanted, executor = fits(tmp_path, digits, 3), Slots(2, lambda number, before: None)
    assert not run(executor, wanted, stop=lambda: len(executor.attempts) == 2)
    assert statuses(wanted) == [None] * 3
    assert run(executor, wanted)


def test_what_is_of_another_training_is_no_result(tmp_path: Path, digits: Dataset) -> None:
    wanted, executor = fits(tmp_path, digits, 1), Slots(1, lambda number, before: None)
    assert run(executor, wanted)
    other = Refit(
        TrialSpec(0, Config((), {"x": 1}), 0, 1, "score", True, str(tmp_path / "0")),
        digits,
    )
    assert other.result() is None
    other.begin()
    assert wanted[0].result() is None
