"""Ctrl-C: running trials pause, nothing is left running, and a resume goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import LONG, automl, start
from patience import PATIENCE

pytestmark = pytest.mark.slow


def reports(results: Path) -> list[tuple[int, int]]:
    """Trial and step of each measurement in the journal: op code 7 is an intermediate value."""
    journal = results / "studies.journal"
    lines = journal.read_text().splitlines(keepends=True) if journal.is_file() else []
    whole = [json.loads(line) for line in lines if line.endswith("\n")]
    return [(each["trial_id"], each["step"]) for each in whole if each["op_code"] == 7]


def wait_for_report(results: Path, process: subprocess.Popen[str]) -> None:
    """Until a trial reports something more than there is now."""
    before = len(reports(results))
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if len(reports(results)) > before:
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.1)
    raise AssertionError("no trial reported anything")


def group_members(group: int) -> list[str]:
    """The processes of a process group, and of Ray, that are still there; the dead do not count."""
    listed = subprocess.run(
        ["ps", "-eo", "pgid,sid,state,args"], capture_output=True, text=True, check=True
    )
    found = [line.split(None, 3) for line in listed.stdout.splitlines()]
    return [args for pgid, sid, state, args in found if str(group) in (pgid, sid) and state != "Z"]


def all_end(group: int) -> bool:
    """Whether all of a group come to their end: Ray ends its agents a moment after its raylet."""
    deadline = time.monotonic() + PATIENCE
    while group_members(group) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not group_members(group)


@pytest.mark.parametrize("where", [("--workers", "1"), ("--executor", "local")])
def test_ctrl_c_pauses_a_resume_goes_on_and_a_second_stops_now(
    where: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "long.yaml").write_text(LONG)
    running = start("search", "long.yaml", "--no-finalize", *where, cwd=tmp_path)
    wait_for_report(tmp_path / "results", running)
    os.killpg(running.pid, signal.SIGINT)
    output, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 130, (output, errors)
    assert "resume long" in output
    assert "Traceback" not in errors
    assert all_end(running.pid)

    study = trials(tmp_path)
    states = {each["status"] for each in study}
    assert states <= {"paused", "pruned", "complete", "waiting"}
    assert "paused" in states

    before = reports(tmp_path / "results")
    resumed = start("resume", "long", cwd=tmp_path)
    wait_for_report(tmp_path / "results", resumed)
    os.killpg(resumed.pid, signal.SIGINT)
    os.killpg(resumed.pid, signal.SIGINT)
    _, errors = resumed.communicate(timeout=PATIENCE)
    assert resumed.returncode == 130
    assert "Traceback" not in errors
    assert all_end(resumed.pid)

    again = trials(tmp_path)
    assert "running" not in {each["status"] for each in again}
    paused = [each for each in study if each["status"] == "paused"]
    later = [again[each["number"]] for each in paused]
    assert [each["parameters"] for each in later] == [each["parameters"] for each in paused]
    reached, coming = dict(before), dict(reports(tmp_path / "results")[len(before) :])
    assert coming
    assert all(step > reached.get(trial, 0) for trial, step in coming.items())


def trials(cwd: Path) -> list[dict[str, Any]]:
    study = json.loads(automl("show", "long", "--json", cwd=cwd).stdout)
    found: list[dict[str, Any]] = study["trials"]
    return found
