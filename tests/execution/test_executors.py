"""The contract of an executor, over every one there is."""

from __future__ import annotations

import execution_runners as runners
import pytest
from execution_driver import DATA, all_workers, drive, first_event, first_events, reports

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
