"""Several searches on one study: each takes its share of the total, and no trial runs twice."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from patience import PATIENCE
from toy import STEPS, Toy

from automl.core.records import StudyRecord
from automl.tuning.storage import open_storage
from automl.tuning.trial_records import load_record

pytestmark = pytest.mark.slow

HERE = str(Path(__file__).parents[1])
SHARE = """
import os, pathlib, sys, time
from toy import Recorder, Toy
pause = lambda number, measured: time.sleep(0.01)
outcome = Toy(pathlib.Path(sys.argv[1]), trials=30, recorder=Recorder(on_measure=pause)).go_on()
print(outcome.reason)
"""


KILLED = """
import os, pathlib, sys
from toy import Recorder, Toy
kill = lambda number, m: os.kill(os.getpid(), 9) if (number, m.step) == (1, 2) else None
toy = Toy(pathlib.Path(sys.argv[1]), trials=3, recorder=Recorder(on_measure=kill))
getattr(toy, sys.argv[2])()
"""


def run_until_killed(root: Path, how: str = "begin") -> None:
    """A search that is killed in the second step of trial 1."""
    command = [sys.executable, "-c", KILLED, str(root), how]
    assert subprocess.run(command, cwd=HERE, check=False).returncode == -signal.SIGKILL


def start(root: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SHARE, str(root)], cwd=HERE, stdout=subprocess.PIPE, text=True
    )


def read(root: Path) -> StudyRecord:
    return load_record(open_storage(root / "studies.journal"), "toy")


def owners(root: Path) -> list[str]:
    """Which process had each trial last."""
    found = {}
    for line in (root / "studies.journal").read_text().splitlines():
        log = json.loads(line)
        if "owner" in log.get("user_attr", {}):
            found[log["trial_id"]] = log["user_attr"]["owner"]
    return [found[trial] for trial in sorted(found)]


def test_three_searches_share_the_total(tmp_path: Path) -> None:
    Toy(tmp_path, trials=1).begin()
    searches = [start(tmp_path) for _ in range(3)]
    reasons = {search.communicate(timeout=PATIENCE)[0].strip() for search in searches}
    study = read(tmp_path)
    assert reasons <= {"done", "shared"}
    assert [each.status for each in study.trials] == ["complete"] * 30
    assert len(set(owners(tmp_path)[1:])) > 1
    reported = (tmp_path / "studies.journal").read_text().count('"op_code":7')
    assert reported == 30 * STEPS
    kept = {int(file.parent.name) for file in tmp_path.glob("toy/trials/*/weights.safetensors")}
    assert {each.number for each in study.ranked[:3]} <= kept


def test_a_living_search_takes_up_what_a_killed_one_left(tmp_path: Path) -> None:
    Toy(tmp_path, trials=1).begin()
    killed, lives = start(tmp_path), start(tmp_path)
    deadline = time.monotonic() + PATIENCE
    while len(set(owners(tmp_path))) < 3:  # with the one that began it, all have had a trial
        assert time.monotonic() < deadline
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert lives.communicate(timeout=PATIENCE)[0].strip() == "done"
    assert [each.status for each in read(tmp_path).trials] == ["complete"] * 30


@pytest.mark.parametrize("running", [True, False])
def test_an_owner_on_a_machine_that_is_gone_is_known_at_once(running: bool, tmp_path: Path) -> None:
    """As after a restart, or where the folder was copied to another machine."""
    run_until_killed(tmp_path)
    journal = tmp_path / "studies.journal"
    owner = owners(tmp_path)[-1]
    boot, pid, start_time = owner.split(":")
    here = f"{boot}:1:{start_time}" if running else f"elsewhere:{pid}:{start_time}"
    journal.write_text(journal.read_text().replace(owner, here))
    copy = tmp_path / "copy"
    copy.mkdir()
    (tmp_path / "studies.journal").rename(copy / "studies.journal")
    (tmp_path / "toy").rename(copy / "toy")
    outcome = Toy(copy, trials=3).go_on()
    assert [each.status for each in outcome.study.trials] == ["complete"] * 3


def test_a_trial_that_kills_its_process_every_time_is_given_up(tmp_path: Path) -> None:
    for how in ("begin", "go_on", "go_on"):
        run_until_killed(tmp_path, how)
    study = Toy(tmp_path, trials=3).go_on().study
    assert [each.status for each in study.trials] == ["complete", "failed", "complete"]
    assert study.trials[1].reason.startswith("given up: its process died several times")


@pytest.mark.parametrize("year", ["1999", "2099"])
def test_a_clock_that_was_set_meanwhile_changes_nothing(year: str, tmp_path: Path) -> None:
    run_until_killed(tmp_path)
    journal = tmp_path / "studies.journal"
    moved = re.sub(r'("datetime_\w+":")\d{4}', rf"\g<1>{year}", journal.read_text())
    assert year in moved
    journal.write_text(moved)
    study = Toy(tmp_path, trials=3).go_on().study
    assert [each.status for each in study.trials] == ["complete"] * 3
