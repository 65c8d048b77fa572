"""A short campaign of faults at random moments; the long one is for benchmarks/faults."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CAMPAIGN = Path(__file__).parents[2] / "benchmarks" / "faults"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds processes in /proc")
@pytest.mark.parametrize("executor", ["local", "ray"])
def test_faults_lose_nothing_and_double_nothing(executor: str) -> None:
    command = [sys.executable, str(CAMPAIGN), "--faults", "2", "--trials", "3", "--seed", "3"]
    run = subprocess.run(
        [*command, "--executor", executor], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    last = run.stdout.splitlines()[-1]
    assert last.startswith("faults injected 2, trials finished ")
    assert last.endswith(" lost 0, doubled 0")
