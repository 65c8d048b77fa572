"""SIGTERM waits for no report; a trial that hangs or takes too long holds no search up."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from command_line import LONG, TINY, automl, start
from patience import PATIENCE
from studies import reports, trials, wait_for_reports

pytestmark = pytest.mark.slow

# One reporting step takes far longer than a machine that is taken back will wait.
ENDLESS = LONG.replace("units: {choices: [16, 32]}", "units: 6000").replace("low: 1, high: 2", "3")
ENDLESS = ENDLESS.replace("repeat: {3}", "repeat: 3").replace("dense.repeat: 1", "")
ENDLESS = ENDLESS.replace("baseline: {}", "")


@pytest.mark.parametrize("executor", ["ray", "local"])
def test_sigterm_ends_a_search_far_from_a_report(executor: str, tmp_path: Path) -> None:
    (tmp_path / "endless.yaml").write_text(ENDLESS)
    running = start("search", "endless.yaml", "--executor", executor, cwd=tmp_path)
    wait_for_two_beats(tmp_path / "results/endless/trials/0000/pulse", running)
    running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=120)  # a step takes far longer
    assert running.returncode == 130
    assert "Traceback" not in errors
    assert {each["status"] for each in trials(tmp_path, "endless")} <= {"waiting", "paused"}


def wait_for_two_beats(pulse: Path, process: subprocess.Popen[str]) -> None:
    """Until a trial has begun, and is in the middle of its training."""
    beats, deadline = set[int](), time.monotonic() + PATIENCE
    while len(beats) < 2:
        assert time.monotonic() < deadline, "no trial trains"
        assert process.poll() is None, process.communicate()
        if pulse.is_file():
            beats.add(pulse.stat().st_mtime_ns)
        time.sleep(0.1)


def stop_a_worker(driver: subprocess.Popen[str]) -> None:
    """Have one of the search's workers hang, as a lost disk or a deadlock would."""
    listed = subprocess.run(
        ["ps", "-eo", "sid,pid,args"], capture_output=True, text=True, check=True
    )
    workers = [
        int(line.split()[1])
        for line in listed.stdout.splitlines()
        if line.split()[0] == str(driver.pid) and "ray::Worker" in line
    ]
    os.kill(workers[0], signal.SIGSTOP)


def test_a_hung_worker_is_replaced_and_its_trial_goes_on(tmp_path: Path) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY.replace("epochs: 2", "epochs: 30"))
    running = start("search", "tiny.yaml", "--no-finalize", "--stall-timeout", "12s", cwd=tmp_path)
    wait_for_reports(4, tmp_path, running)
    stop_a_worker(running)
    output, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, (output, errors)
    study = trials(tmp_path, "tiny")
    assert {each["status"] for each in study} <= {"complete", "pruned"}, study
    assert len(set(reports(tmp_path))) == len(reports(tmp_path))


def test_a_trial_over_its_time_is_stopped_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG.replace("epochs: 400", "epochs: 4000"))
    flags = ("--trial-timeout", "2s", "--executor", "local")
    ended = automl("search", "long.yaml", *flags, cwd=tmp_path)
    assert "Traceback" not in ended.stderr
    study = trials(tmp_path, "long")
    assert [each["status"] for each in study] == ["pruned", "pruned"]
    assert study[0]["reason"].endswith("and --trial-timeout is 2 s")
