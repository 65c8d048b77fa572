"""A disk that is full, or may not be written, costs one line and nothing that had ended."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import TINY, automl, run_process, start
from patience import PATIENCE
from studies import reports, trials, wait_for_reports

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
    running = start(
        "search", "long.yaml", "--no-finalize", "--executor", "local", "-q", cwd=small_disk
    )
    wait_for_reports(5, small_disk, running)
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(small_disk).free)
    _, errors = running.communicate(timeout=PATIENCE)
    assert running.returncode == 2
    assert len(errors.splitlines()) == 1
    assert "No space left on device" in errors or "its disk has 0.0 MiB left" in errors
    assert "automl resume long" in errors
    assert trials(small_disk, "long")  # which needs no room
    full = automl("resume", "long", cwd=small_disk)
    assert (full.returncode, len(full.stderr.splitlines())) == (2, 1)

    ballast.unlink()
    before = len(reports(small_disk))
    again = start("resume", "long", "--quiet", cwd=small_disk)
    wait_for_reports(before + 3, small_disk, again)
    again.terminate()
    assert again.communicate(timeout=PATIENCE)[1] == ""


def test_results_that_may_not_be_written_can_be_looked_at(small_disk: Path) -> None:
    (small_disk / "tiny.yaml").write_text(TINY)
    flags = ("--no-finalize", "--executor", "local", "--trials", "1")
    assert run_process("search", "tiny.yaml", *flags, cwd=small_disk).returncode == 0
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.check_call(remount)
    assert len(trials(small_disk, "tiny")) == 1
    assert automl("studies", cwd=small_disk).returncode == 0
    refused = automl("resume", "tiny", "--trials", "9", cwd=small_disk)
    assert refused.returncode == 2
    assert refused.stderr.startswith("automl: cannot write to results (Read-only file system)")
