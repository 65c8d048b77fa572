"""``automl watch`` beside a real search in another process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import LONG, TINY, automl, start
from patience import PATIENCE

pytestmark = pytest.mark.slow

ENDLESS = LONG.replace("epochs: 400", "epochs: 40000")


@pytest.fixture
def searched(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A search that ends when it is told to, with a trial running."""
    (tmp_path / "long.yaml").write_text(ENDLESS)
    process = start("search", "long.yaml", "--executor", "local", "--quiet", cwd=tmp_path)
    wait_for_trial(tmp_path, process)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE)


def wait_for_trial(cwd: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not (cwd / "results/long/trials/0000/spec.json").is_file():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "no trial began"
        time.sleep(0.1)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_search_is_followed_to_the_end_of_its_final_model(tmp_path: Path) -> None:
    # Refits that last for several looks of the watcher.
    (tmp_path / "long.yaml").write_text(TINY.replace("epochs: 2", "epochs: 100"))
    flags = ("--executor", "local", "--pruner", "none", "--trials", "2", "--quiet")
    with start("search", "long.yaml", *flags, cwd=tmp_path) as searching:
        wait_for_trial(tmp_path, searching)
        os.killpg(searching.pid, signal.SIGSTOP)  # else it may be done before it is watched
        for_scripts = start("watch", "long", "--json", cwd=tmp_path)
        begin = json.loads(first_line(for_scripts))
        os.killpg(searching.pid, signal.SIGCONT)
        watched = automl("watch", "long", cwd=tmp_path)
        output, errors = for_scripts.communicate(timeout=PATIENCE)
    assert (watched.returncode, watched.stderr) == (0, "")
    assert re.search(r"^\[\d/\d\] trainings of the final model", watched.stdout, re.MULTILINE)
    answer = watched.stdout.partition("Done: long has its 2 trials.\n\n")[2]
    assert answer.startswith(("Final model: ", "Caution: "))
    assert "\nBest trial: " in answer
    assert "The test split was opened once." in watched.stdout
    assert not (tmp_path / "results/long/final/progress.json").exists()

    assert (for_scripts.returncode, errors) == (0, "")
    *events, end = map(json.loads, output.splitlines())
    assert (begin["event"], begin["study"], begin["trials"]) == ("begin", "long", 2)
    trials = [each["number"] for each in events if each["event"] == "trial"]
    assert trials == [0, 1][begin["done"] :]
    assert (end["event"], end["reason"], end["trials"]) == ("end", "done", 2)
    study = json.loads(automl("show", "long", "--json", cwd=tmp_path).stdout)
    assert end["best"] == study["best"]


def test_ctrl_c_leaves_a_search_alone_and_one_that_dies_is_noticed(
    searched: subprocess.Popen[str], tmp_path: Path
) -> None:
    watching = start("watch", "long", cwd=tmp_path)
    assert first_line(watching).startswith("long: digits, ")
    os.killpg(watching.pid, signal.SIGINT)
    output, errors = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, errors) == (130, "")
    assert output.startswith("The search of long continues. Watch it again: ")
    assert searched.poll() is None

    watching = start("watch", "long", cwd=tmp_path)
    first_line(watching)
    os.killpg(searched.pid, signal.SIGKILL)
    searched.communicate(timeout=PATIENCE)
    output, errors = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, errors) == (1, "")
    assert "No process of this machine searches long any more, after 0 trials." in output
    assert "resume long  continue where it stopped" in output


def test_a_finished_study_is_told_and_nothing_is_written(finished) -> None:
    before = contents(finished.cwd)
    run = automl("watch", "tiny", cwd=finished.cwd)
    assert (run.returncode, run.stderr) == (0, "")
    answer = run.stdout.partition("Done: tiny has its 3 trials.\n\n")[2]
    assert answer.startswith(("Final model: ", "Caution: "))
    assert contents(finished.cwd) == before


def contents(folder: Path) -> dict[Path, tuple[int, bytes]]:
    files = (each for each in folder.rglob("*") if each.is_file())
    return {each: (each.stat().st_mtime_ns, each.read_bytes()) for each in files}


def test_an_unknown_study_is_one_clear_line(finished) -> None:
    run = automl("watch", "tinny", cwd=finished.cwd)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "automl: no study 'tinny' in results; did you mean 'tiny'?\n"
