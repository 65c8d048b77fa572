"""A worker that hangs or dies costs its trial nothing, and holds no search up."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from command_line import LONG, start
from patience import PATIENCE
from studies import reports, trials, wait_for_reports

pytestmark = pytest.mark.slow


def test_a_hung_worker_and_a_dead_one_are_replaced_and_their_trial_goes_on(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    flags = ("--no-finalize", "--workers", "1", "--stall-timeout", "12s")
    running = start("search", "long.yaml", *flags, cwd=tmp_path)
    wait_for_reports(4, tmp_path)
    strike("automl.execution.first_worker", running, signal.SIGSTOP)
    wait_for_reports(len(reports(tmp_path)) + 4, tmp_path)
    strike("ray::Worker", running, signal.SIGKILL)
    wait_for_reports(len(reports(tmp_path)) + 4, tmp_path)
    strike("ray::Worker", running, signal.SIGSTOP)
    running.terminate()  # waits for no report
    output, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, (output, errors)
    assert "Traceback" not in errors
    assert {each["status"] for each in trials(tmp_path, "long")} <= {"waiting", "paused"}
    assert {trial for trial, _ in reports(tmp_path)} == {0}
    assert len(set(reports(tmp_path))) == len(reports(tmp_path))


def strike(name: str, driver: subprocess.Popen[str], how: signal.Signals) -> None:
    """A signal to the one worker of a search that is called so.

    The first worker trains until it has ended a trial, and the one of Ray from then on.
    """
    listed = subprocess.run(
        ["ps", "-eo", "sid,pid,args"], capture_output=True, text=True, check=True
    )
    (worker,) = (
        int(line.split()[1])
        for line in listed.stdout.splitlines()
        if line.split()[0] == str(driver.pid) and name in line
    )
    os.kill(worker, how)
    time.sleep(0.1)  # until what it had sent before is read
