"""The shortest campaign of faults at random moments; the long one is for benchmarks/faults."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CAMPAIGN = Path(__file__).parents[2] / "benchmarks" / "faults"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds processes in /proc")
def test_faults_lose_nothing_and_double_nothing() -> None:
    command = [sys.executable, str(CAMPAIGN), "--faults", "1", "--trials", "2", "--seed", "3"]
    run = subprocess.run(
        [*command, "--executor", "local", "--only", "torn journal"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    last = run.stdout.splitlines()[-1]
    assert last.startswith("faults injected 1, trials finished ")
    assert last.endswith(" lost 0, doubled 0")
