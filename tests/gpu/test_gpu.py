"""A search on a GPU, and the benchmark that tells what one makes of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from command_line import TINY, run_process
from patience import PATIENCE

pytestmark = pytest.mark.slow

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "gpu.py"

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.mark.gpu
@needs_gpu
class TestOnAGpu:
    def test_doctor_names_the_card(self, tmp_path: Path) -> None:
        assert torch.cuda.get_device_name() in run_process("doctor", cwd=tmp_path).stdout

    @pytest.mark.parametrize(("share", "workers"), [("1", 1), ("0.5", 2), ("0.25", 4)])
    def test_trials_share_it_as_they_are_told(
        self, tmp_path: Path, share: str, workers: int
    ) -> None:
        (tmp_path / "tiny.yaml").write_text(TINY)
        flags = ("--gpus-per-trial", share, "--trials", "4", "--json")

        run = run_process("search", "tiny.yaml", *flags, cwd=tmp_path)

        assert run.returncode == 0, run.stderr
        begin, *events = map(json.loads, run.stdout.splitlines())
        assert begin["device"].startswith(f"{workers} GPU worker")
        ended = [each for each in events if each["event"] == "trial"]
        assert {each["device"] for each in ended if each["status"] == "complete"} == {"cuda"}


def test_the_benchmark_runs_on_a_cpu(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARK), "--tiny", "--out", str(tmp_path)]

    patient = {**os.environ, "LIMIT": str(PATIENCE)}
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=patient)

    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads((tmp_path / "figures.json").read_text())
    parts = {figure["part"]: figure["value"] for figure in figures}
    assert "Done: 1 trial " in parts["search cnn with its final model"]
    assert float(parts["from the command to the first measured step"].removesuffix(" s")) > 0
    assert parts["memory after a trial that ran out of it"] == "not run: needs a GPU"
    assert "training the cnn in bfloat16" in parts
    assert (tmp_path / "figures.md").read_text().startswith("### ")
