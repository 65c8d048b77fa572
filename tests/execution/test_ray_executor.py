"""What Ray adds: workers of their own that may die, and processes to leave none of."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import execution_runners as runners
import numpy as np
import pytest
from execution_driver import DATA, IMPORTABLE, all_workers, drive, first_event, reports
from execution_process import MARK, lingering
from patience import PATIENCE

from automl.core.errors import UserError
from automl.core.executor import Executor
from automl.core.trial import CONTINUE, Status
from automl.execution import EXECUTORS
from automl.execution.resources import Resources

pytestmark = pytest.mark.slow

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")


def mark(scenario: str) -> str:
    """What the processes below a scenario's driver are known by."""
    return f"{scenario} of {os.getpid()}"


class TestWorkers:
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


class TestStart:
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


@needs_proc
class TestProcesses:
    @staticmethod
    def start(scenario: str, *arguments: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}
        return subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).with_name("execution_process.py")),
                scenario,
                *arguments,
            ],
            env=environment | {MARK: mark(scenario), "PYTHONPATH": IMPORTABLE},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def test_a_search_is_quiet_outlives_an_interrupt_and_leaves_nothing(self) -> None:
        with self.start("search") as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert errors == ""
        assert output.splitlines() == [
            "3 CPU workers x 2 threads",
            *("COMPLETE", "LOST", "COMPLETE", "FAILED"),
            *("SIGINT", "SIGTERM"),
            "2 threads",
            "0 processes left",
        ]

    def test_the_first_trial_does_not_wait_for_ray(self) -> None:
        with self.start("begin") as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert errors == ""
        assert output.splitlines() == [
            "first: without Ray, 1 thread",
            "then gone: True",
            "0 processes left",
        ]

    def test_a_ray_that_dies_is_started_anew_a_few_times(self) -> None:
        with self.start("outlive") as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert errors == ""
        assert output.splitlines() == [
            "LOST Ray's raylet process died (1 measured)",  # it follows its agent
            "LOST Ray's raylet process died (1 measured)",
            "LOST Ray's gcs_server process died (1 measured)",
            "Ray died 4 times (the last time: Ray's raylet process died); go on with "
            "`automl resume`, or use the executor 'local'",
            "0 processes left",
        ]

    def test_a_node_that_is_gone_costs_its_trial_alone_and_a_head_all(self) -> None:
        with self.start("lose_a_node") as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert errors == ""
        lost, replaced, gone = output.splitlines()
        assert lost == "LOST worker died: out of reach, as when its machine is gone (1 measured)"
        assert replaced == "COMPLETE"
        assert gone.startswith("the Ray cluster at 'HEAD' is gone (")

    def test_a_lone_trial_leaves_other_gpus_to_others(self) -> None:
        with self.start("gpus") as process:
            output, _ = process.communicate(timeout=PATIENCE)

        assert output.splitlines() == [
            "4 GPU workers x 1 thread",
            "shares memory: True",
            "GPUs used: ['0', '1']",
            "beside the lone trial: ['another GPU']",
        ]

    def test_hung_workers_end_with_their_executor(self) -> None:
        with self.start("close") as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert (output.splitlines(), errors) == (["soon", "0 processes left"], "")

    def test_joins_a_cluster_and_leaves_it_running(self, ray_executor: Executor) -> None:
        import ray

        with self.start("join", ray.get_runtime_context().gcs_address) as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert (output, errors) == ("2 CPU workers x 2 threads: COMPLETE", "")
        assert drive(ray_executor, [runners.make_spec(0, "train")])[0].status is Status.COMPLETE

    def test_local_trials_need_nothing_of_ray(self) -> None:
        with self.start("local") as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert (output, errors) == ("COMPLETE, 0 of Ray and PyTorch loaded", "")

    def test_an_exception_leaves_nothing(self) -> None:
        with self.start("fail") as process:
            output, errors = process.communicate(timeout=PATIENCE)

        assert (process.returncode, output) == (1, "")
        assert errors.startswith("Traceback")
        assert errors.endswith("\nRuntimeError: mine\n")
        assert "ray" not in errors.replace(str(Path(__file__).parent), "")
        assert lingering(mark("fail")) == []

    @pytest.mark.parametrize("where", ["a worker of Ray", "the first worker"])
    def test_no_worker_outlives_a_killed_driver(self, where: str) -> None:
        with self.start("hang", where) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            process.send_signal(signal.SIGKILL)

        # Two idle agents of Ray may wait a minute for its other processes, gone by then.
        assert lingering(mark("hang"), but_for="Agent") == []
