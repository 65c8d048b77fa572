"""A disk that is full, or may not be written, costs one line and nothing that had ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import TINY, automl
from studies import trials, wait_for_reports

pytestmark = pytest.mark.slow


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.call(mount, stderr=subprocess.DEVNULL):
        pytest.skip("may not mount a file system")
    yield disk
    # Lazily, for what ran in this process may have a file of it open.
    subprocess.check_call(["umount", "--lazy", str(disk)])


def test_a_disk_that_fills_up_ends_the_search_in_one_line(small_disk: Path) -> None:
    (small_disk / "long.yaml").write_text(TINY.replace("trials: 3", "trials: 900"))
    ballast = small_disk / "ballast"
    filling = threading.Thread(target=fill, args=(ballast,))
    filling.start()
    full = automl("search", "long.yaml", "--no-finalize", "--executor", "local", cwd=small_disk)
    filling.join()
    assert full.returncode == 2
    assert len(full.stderr.splitlines()) == 1
    assert "No space left on device" in full.stderr or "its disk has 0.0 MiB" in full.stderr
    assert "automl resume long" in full.stderr
    ended = len(ended_trials(small_disk))  # which needs no room
    again = automl("resume", "long", cwd=small_disk)
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)

    ballast.unlink()
    again = automl("resume", "long", "--trials", str(ended + 2), "--quiet", cwd=small_disk)
    assert (again.returncode, again.stderr) == (0, "")
    assert len(ended_trials(small_disk)) == ended + 2


def fill(ballast: Path) -> None:
    """Fill the disk once a search has measured something."""
    wait_for_reports(5, ballast.parent)
    with ballast.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(ballast.parent).free)


def ended_trials(cwd: Path) -> list[dict[str, Any]]:
    return [each for each in trials(cwd, "long") if each["status"] in ("complete", "pruned")]


def test_results_that_may_not_be_written_can_be_looked_at(small_disk: Path, tmp_path: Path) -> None:
    # Searched elsewhere, for this process may keep a file open that it has written.
    (tmp_path / "tiny.yaml").write_text(TINY)
    flags = ("--no-finalize", "--executor", "local", "--trials", "1")
    assert automl("search", "tiny.yaml", *flags, cwd=tmp_path).returncode == 0
    shutil.copytree(tmp_path / "results", small_disk / "results")
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.check_call(remount)
    assert len(trials(small_disk, "tiny")) == 1
    assert automl("studies", cwd=small_disk).returncode == 0
    refused = automl("resume", "tiny", "--trials", "9", cwd=small_disk)
    assert refused.returncode == 2
    assert refused.stderr.startswith("automl: cannot write to results (Read-only file system)")
