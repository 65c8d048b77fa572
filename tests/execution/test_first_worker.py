"""The worker that runs the first trials, before Ray is up."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from types import ModuleType

import execution_runners as runners
import numpy as np
import pytest
from patience import PATIENCE

from automl.core.executor import Finished, Measured
from automl.core.trial import CONTINUE, Status, TrialResult
from automl.execution.first_worker import FirstWorker, hire_first_worker
from automl.execution.queue import WaitingTrial
from automl.execution.resources import Resources, Slots
from automl.execution.worker import WorkerFailure

pytestmark = pytest.mark.slow

ONE_THREAD = Slots(1, 1, 0)


@pytest.fixture
def worker() -> Iterator[FirstWorker]:
    worker = FirstWorker(runners.make, ONE_THREAD, largest_data=2**20)
    wait(worker)
    yield worker
    worker.close()


def wait(worker: FirstWorker) -> None:
    """Wait until it is up."""
    deadline = time.monotonic() + PATIENCE
    while not worker.free:
        worker.poll(0.1)
        assert time.monotonic() < deadline


def first_event(worker: FirstWorker) -> Measured | Finished:
    """The next thing that happens."""
    deadline = time.monotonic() + PATIENCE
    while not (events := worker.poll(1.0)):
        assert time.monotonic() < deadline
    (event,) = events
    return event


def run(worker: FirstWorker, task: str, data: object = None) -> TrialResult:
    """A trial's end, having answered all that it measured."""
    assert worker.start(WaitingTrial(runners.make_spec(0, task), data))
    while isinstance(event := first_event(worker), Measured):
        worker.answer(0, CONTINUE)
    return event.result


class TestTrials:
    def test_are_run_one_after_the_other(self, worker: FirstWorker) -> None:
        results = [run(worker, "train") for _ in range(2)]

        assert [result.status for result in results] == [Status.COMPLETE] * 2
        assert worker.free

    def test_read_their_data_in_place_with_the_threads_of_a_slot(self, worker: FirstWorker) -> None:
        data = {"x": np.ones(2**18, dtype=np.uint8)}

        (seen,) = run(worker, "report", data).measurements

        expected = {"total": 2.0**18, "copied": 0.0, "threads": 1.0, "ray": 0.0}
        assert {name: seen.metrics[name] for name in expected} == expected

    def test_wait_for_ray_where_their_data_is_large(self, worker: FirstWorker) -> None:
        data = {"x": np.ones(2**20, dtype=np.uint8)}

        assert not worker.start(WaitingTrial(runners.make_spec(0, "train"), data))
        assert worker.free

    @pytest.mark.parametrize(
        ("task", "reason"), [("escape", "ValueError: boo"), ("unpicklable", "pickle")]
    )
    def test_that_raise_leave_the_worker(self, worker: FirstWorker, task: str, reason: str) -> None:
        result = run(worker, task)

        assert (result.status, reason in result.reason) == (Status.FAILED, True)
        assert run(worker, "train").status is Status.COMPLETE


class TestFirstWorkerDeath:
    @pytest.mark.parametrize(
        ("task", "reason"),
        [
            ("killed", "killed by signal 9"),
            ("crash", "crashed with 'Segmentation fault'"),
            ("terminated", "ended by signal 15"),
            ("leave", "exited with code 3"),
        ],
    )
    def test_costs_the_trial_alone(self, worker: FirstWorker, task: str, reason: str) -> None:
        result = run(worker, task)

        assert (result.status, len(result.measurements)) == (Status.LOST, 1)
        assert result.reason.startswith(f"worker died: {reason}")
        assert worker.gone
        assert not worker.busy

    @pytest.mark.parametrize("task", ["spin", "stick"])
    def test_of_a_hung_trial_is_at_once(self, worker: FirstWorker, task: str) -> None:
        worker.start(WaitingTrial(runners.make_spec(0, task), None))
        first_event(worker)
        worker.answer(0, CONTINUE)
        assert worker.poll(0.2) == []

        result = worker.cancel(WorkerFailure.lost("it hangs")).result

        assert (result.status, result.reason) == (Status.LOST, "it hangs")
        assert (worker.gone, worker.poll(0)) == (True, [])

    def test_before_its_first_word_is_silent(self) -> None:
        worker = FirstWorker(runners.make_broken, ONE_THREAD)
        deadline = time.monotonic() + PATIENCE
        while not worker.gone:
            assert worker.poll(0.1) == []
            assert time.monotonic() < deadline
        worker.close()


def test_there_is_one_while_an_earlier_search_still_imports_ray(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ray", ModuleType("ray"))
    worker = hire_first_worker(runners.make, Resources(workers=1))
    assert worker is not None
    worker.close()
