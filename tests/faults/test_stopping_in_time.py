"""SIGTERM waits for no report; a trial that takes too long holds no search up."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from command_line import LONG, automl, start
from patience import PATIENCE
from studies import trials

pytestmark = pytest.mark.slow

# One reporting step takes far longer than a machine that is taken back will wait.
ENDLESS = LONG.replace("units: {choices: [16, 32]}", "units: 6000").replace("low: 1, high: 2", "3")
ENDLESS = ENDLESS.replace("repeat: {3}", "repeat: 3").replace("dense.repeat: 1", "")
ENDLESS = ENDLESS.replace("baseline: {}", "")


def test_sigterm_ends_a_search_far_from_a_report(tmp_path: Path) -> None:
    """In the process that trains; of a worker that stands still, see test_workers."""
    (tmp_path / "endless.yaml").write_text(ENDLESS)
    running = start("search", "endless.yaml", "--executor", "local", cwd=tmp_path)
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


def test_a_trial_over_its_time_is_stopped_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "long.yaml").write_text(LONG.replace("epochs: 400", "epochs: 4000"))
    flags = ("--trial-timeout", "2s", "--executor", "local")
    ended = automl("search", "long.yaml", *flags, cwd=tmp_path)
    assert "Traceback" not in ended.stderr
    study = trials(tmp_path, "long")
    assert [each["status"] for each in study] == ["pruned", "pruned"]
    assert study[0]["reason"].endswith("and --trial-timeout is 2 s")
