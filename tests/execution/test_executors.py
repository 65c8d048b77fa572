"""The contract of an executor, over every one there is; and what Ray adds, on the same Ray."""

from __future__ import annotations

import socket
import time

import execution_runners as runners
import numpy as np
import pytest
from execution_driver import DATA, all_workers, drive, first_event, first_events, reports
from execution_process import start
from patience import PATIENCE

from automl.core.errors import UserError
from automl.core.executor import Executor, Finished, Measured
from automl.core.trial import CONTINUE, Decision, Status, Verdict
from automl.execution import EXECUTORS
from automl.execution.resources import Resources

pytestmark = pytest.mark.slow


class TestExecutor:
    def test_runs_a_trial_to_its_end(self, executor: Executor) -> None:
        seen = []

        def decide(event: Measured) -> Decision:
            seen.append(event)
            return CONTINUE

        result = drive(executor, [runners.make_spec(7, "train")], decide)[7]

        assert result.status is Status.COMPLETE
        assert [event.number for event in seen] == [7] * runners.STEPS
        assert tuple(event.measurement for event in seen) == result.measurements

    def test_a_trial_waits_for_its_answer(self, executor: Executor) -> None:
        executor.submit(runners.make_spec(0, "train"), DATA)
        event = first_event(executor)
        assert isinstance(event, Measured)

        assert executor.poll(0.1) == []

        executor.answer(0, Decision(Verdict.STOP))
        assert isinstance(first_event(executor), Finished)

    @pytest.mark.parametrize(
        ("verdict", "status"), [(Verdict.STOP, Status.PRUNED), (Verdict.PAUSE, Status.PAUSED)]
    )
    def test_a_decision_reaches_the_trial(
        self, executor: Executor, verdict: Verdict, status: Status
    ) -> None:
        def decide(event: Measured) -> Decision:
            return Decision(verdict, "enough") if event.measurement.step == 2 else CONTINUE

        result = drive(executor, [runners.make_spec(0, "train")], decide)[0]

        assert (result.status, result.reason) == (status, "enough")
        assert len(result.measurements) == 2

    def test_a_trial_may_end_before_it_measures(self, executor: Executor) -> None:
        result = drive(executor, [runners.make_spec(0, "infeasible")])[0]

        assert (result.status, result.reason) == (Status.INFEASIBLE, "too big")

    @pytest.mark.parametrize("task", ["escape", "refuse"])
    def test_an_exception_costs_its_trial_alone(self, executor: Executor, task: str) -> None:
        specs = [runners.make_spec(0, task), runners.make_spec(1, "train")]

        results = drive(executor, specs)

        assert (results[0].status, results[0].reason) == (Status.FAILED, "ValueError: boo")
        assert len(results[0].measurements) == (1 if task == "escape" else 0)
        assert results[1].status is Status.COMPLETE

    def test_runs_many_trials(self, executor: Executor) -> None:
        results = drive(executor, [runners.make_spec(number, "train") for number in range(25)])

        assert sorted(results) == list(range(25))
        assert {result.status for result in results.values()} == {Status.COMPLETE}

    def test_a_worker_is_handed_the_data_once(self, executor: Executor) -> None:
        seen = reports(executor, 3 * executor.slots)

        held = {(report["pid"], report["data"]) for report in seen}
        assert len(held) == len({report["pid"] for report in seen}) <= executor.slots
        assert {report["total"] for report in seen} == {DATA["x"].sum()}

    def test_tells_what_it_runs_on(self, executor: Executor) -> None:
        threads = reports(executor, 1)[0]["made_threads"]

        assert f"{threads:.0f} thread" in executor.device

    def test_a_trial_is_cancelled_once(self, executor: Executor) -> None:
        executor.submit(runners.make_spec(0, "train"), DATA)
        executor.submit(runners.make_spec(1, "train"), DATA)
        event, *others = first_events(executor)
        assert isinstance(event, Measured)
        for each in (event, *others):
            executor.answer(each.number, CONTINUE)

        executor.cancel(event.number, "too slow")

        results = drive(executor, [], started=2)
        lost = results.pop(event.number)
        assert (lost.status, lost.reason) == (Status.LOST, "too slow")
        assert lost.measurements == (event.measurement,)
        assert [other.status for other in results.values()] == [Status.COMPLETE]
        assert executor.poll(0.2) == []

    def test_a_waiting_trial_is_cancelled(self, executor: Executor) -> None:
        numbers = range(executor.slots + 1)
        for number in numbers:
            executor.submit(runners.make_spec(number, "train"), DATA)

        executor.cancel(numbers[-1], "no more")

        results = drive(executor, [], started=len(numbers))
        assert [results[number].status.name for number in numbers] == [
            *["COMPLETE"] * executor.slots,
            "LOST",
        ]
        assert (results[numbers[-1]].reason, results[numbers[-1]].measurements) == ("no more", ())

    def test_only_a_trial_that_is_there_can_be_cancelled(self, executor: Executor) -> None:
        drive(executor, [runners.make_spec(3, "train")])

        with pytest.raises(KeyError, match="no trial 3 is waiting or running"):
            executor.cancel(3, "late")

    def test_a_number_can_come_again(self, executor: Executor) -> None:
        executor.submit(runners.make_spec(0, "train"), DATA)
        executor.cancel(0, "first")

        assert drive(executor, [], started=1)[0].status is Status.LOST
        assert drive(executor, [runners.make_spec(0, "train")])[0].status is Status.COMPLETE

    def test_a_lone_trial_has_its_device_to_itself(self, executor: Executor) -> None:
        all_workers(executor)
        lone = (2, 5)
        for number in range(8):
            executor.submit(runners.make_spec(number, "span"), DATA, alone=number in lone)

        results = drive(executor, [], started=8)

        spans = {n: result.measurements[-1].metrics for n, result in results.items()}
        for number in lone:
            mine = spans.pop(number)
            assert all(
                other["ended"] <= mine["began"] or mine["ended"] <= other["began"]
                for other in spans.values()
            )

    def test_tells_whether_trials_share_memory(self, executor: Executor) -> None:
        assert executor.shares_memory == (executor.slots > 1)

    @pytest.mark.parametrize("name", EXECUTORS.names)
    def test_closes_twice_and_unused(self, name: str, ray_with_room: None) -> None:
        executor = EXECUTORS[name](runners.make, Resources(workers=1, cpus_per_trial=1))
        executor.close()
        executor.close()


class TestRayWorkers:
    @pytest.mark.parametrize(
        ("task", "reason"),
        [
            ("killed", "killed by signal 9"),
            ("crash", "crashed with 'Segmentation fault'"),
            ("terminated", "ended by signal 15"),
            ("leave", "exited with code 3"),
        ],
    )
    def test_a_worker_that_dies_costs_its_trial_alone(
        self, ray_executor: Executor, task: str, reason: str
    ) -> None:
        tasks = [task, "train", "train", "train"]

        results = drive(ray_executor, [runners.make_spec(*each) for each in enumerate(tasks)])

        assert results[0].status is Status.LOST
        assert results[0].reason.startswith(f"worker died: {reason}")
        assert len(results[0].measurements) == 1
        assert [results[number].status for number in (1, 2, 3)] == [Status.COMPLETE] * 3
        assert ray_executor.slots == 2

    @pytest.mark.parametrize("task", ["spin", "stick"])
    def test_a_hung_trial_is_cancelled_and_its_worker_replaced(
        self, ray_executor: Executor, task: str
    ) -> None:
        before = all_workers(ray_executor)
        ray_executor.submit(runners.make_spec(0, task), DATA)
        first_event(ray_executor)
        ray_executor.answer(0, CONTINUE)
        assert ray_executor.poll(0.2) == []

        ray_executor.cancel(0, "it hangs")

        (lost,) = drive(ray_executor, [], started=1).values()
        assert (lost.status, lost.reason) == (Status.LOST, "it hangs")
        assert len(lost.measurements) == 1
        assert len(all_workers(ray_executor) & before) == ray_executor.slots - 1

    def test_a_result_that_cannot_travel_leaves_the_worker(self, ray_executor: Executor) -> None:
        before = all_workers(ray_executor)

        result = drive(ray_executor, [runners.make_spec(0, "unpicklable")])[0]

        assert result.status is Status.FAILED
        assert "pickle" in result.reason
        assert all_workers(ray_executor) == before

    def test_the_data_is_read_in_place(self, ray_executor: Executor) -> None:
        data = {"x": np.ones(2**25, dtype=np.uint8)}
        seen = reports(ray_executor, 20, data)

        assert {report["copied"] for report in seen} == {0.0}
        for pid in {report["pid"] for report in seen}:
            memory = [report["memory"] for report in seen if report["pid"] == pid]
            assert max(memory) - memory[0] < data["x"].nbytes / 8


def test_a_lone_trial_leaves_other_gpus_to_others(ray_with_room: None) -> None:
    executor = EXECUTORS["ray"](runners.make, Resources(cpus_per_trial=1, gpus_per_trial=0.5))
    assert executor.device == "4 GPU workers x 1 thread"
    assert executor.shares_memory
    all_workers(executor)
    for number in range(12):
        executor.submit(runners.make_spec(number, "span"), DATA, alone=number == 5)

    results = drive(executor, [], started=12)
    executor.close()

    assert {result.reason for result in results.values()} == {"0", "1"}
    lone = results.pop(5)
    began, ended = (lone.measurements[-1].metrics[name] for name in ("began", "ended"))
    beside = [
        other.reason
        for other in results.values()
        if other.measurements[-1].metrics["began"] < ended
        and other.measurements[-1].metrics["ended"] > began
    ]
    assert beside
    assert lone.reason not in beside


class TestRayStart:
    def test_takes_trials_before_a_worker_is_up(self, ray_with_room: None) -> None:
        started = time.monotonic()
        executor = EXECUTORS["ray"](runners.make, Resources(workers=1, cpus_per_trial=1))
        executor.submit(runners.make_spec(0, "train"), None)
        submitted = time.monotonic() - started

        assert drive(executor, [], started=1)[0].status is Status.COMPLETE
        assert submitted < (time.monotonic() - started) / 3
        executor.close()

    def test_a_runner_that_cannot_be_made_is_told(self, ray_with_room: None) -> None:
        executor = EXECUTORS["ray"](runners.make_broken, Resources(workers=2, cpus_per_trial=1))

        with pytest.raises(UserError, match="no worker could start: OSError: no driver"):
            drive(executor, [runners.make_spec(0, "train")])
        executor.close()

    def test_a_cluster_that_is_not_there_is_told(self, ray_with_room: None) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{unused.getsockname()[1]}"
        executor = EXECUTORS["ray"](runners.make, Resources(address=address))

        with pytest.raises(UserError, match=f"no Ray cluster answers at '{address}'"):
            drive(executor, [runners.make_spec(0, "train")])
        executor.close()

    def test_joins_a_cluster_and_leaves_it_running(self, ray_executor: Executor) -> None:
        import ray

        with start("join", ray.get_runtime_context().gcs_address) as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert (output, errors) == ("1 CPU worker x 2 threads: COMPLETE", "")
        assert drive(ray_executor, [runners.make_spec(0, "train")])[0].status is Status.COMPLETE
