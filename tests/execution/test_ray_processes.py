"""Ray's processes: drivers of their own that leave none behind, and what they survive."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from execution_process import lingering, mark, start
from patience import PATIENCE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc"),
]


def test_a_search_is_quiet_outlives_an_interrupt_and_leaves_nothing() -> None:
    """Its first trial does not wait for Ray, and workers that hang at its end do not last."""
    with start("search") as process:
        output, errors = process.communicate(timeout=PATIENCE)

    assert errors == ""
    assert output.splitlines() == [
        "2 CPU workers x 2 threads",
        "first: without Ray, 2 threads",
        *("COMPLETE", "LOST", "COMPLETE", "FAILED"),
        *("SIGINT", "SIGTERM"),
        "then gone: True",
        "2 threads",
        "soon",
        "0 processes left",
    ]


def test_a_ray_that_dies_is_started_anew_a_few_times() -> None:
    with start("outlive") as process:
        output, errors = process.communicate(timeout=PATIENCE)

    assert errors == ""
    assert output.splitlines() == [
        "LOST Ray's raylet process died (1 measured)",  # it follows its agent
        "Ray died 2 times (the last time: Ray's gcs_server process died); go on with "
        "`automl resume`, or use the executor 'local'",
        "0 processes left",
    ]


def test_a_node_that_is_gone_costs_its_trial_alone_and_a_head_all() -> None:
    with start("lose_a_node") as process:
        output, errors = process.communicate(timeout=PATIENCE)

    assert errors == ""
    lost, replaced, gone = output.splitlines()
    assert lost == "LOST worker died: out of reach, as when its machine is gone (1 measured)"
    assert replaced == "COMPLETE"
    assert gone.startswith("the Ray cluster at 'HEAD' is gone (")


def test_local_trials_need_nothing_of_ray() -> None:
    with start("local") as process:
        output, errors = process.communicate(timeout=PATIENCE)

    assert (output, errors) == ("COMPLETE, 0 of Ray and PyTorch loaded", "")


def test_an_exception_leaves_nothing() -> None:
    with start("fail") as process:
        output, errors = process.communicate(timeout=PATIENCE)

    assert (process.returncode, output) == (1, "")
    assert errors.startswith("Traceback")
    assert errors.endswith("\nRuntimeError: mine\n")
    assert "ray" not in errors.replace(str(Path(__file__).parent), "")
    assert lingering(mark("fail")) == []


@pytest.mark.parametrize("where", ["a worker of Ray", "the first worker"])
def test_no_worker_outlives_a_killed_driver(where: str) -> None:
    with start("hang", where) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)

    # Two idle agents of Ray may wait a minute for its other processes, gone by then.
    assert lingering(mark("hang"), but_for="Agent") == []
