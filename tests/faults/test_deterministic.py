"""With --deterministic a seed gives the same study in one process and with several workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import TINY, automl, run_process
from studies import trials

pytestmark = pytest.mark.slow

SPACE = TINY.replace("trials: 3", "trials: 6")


def essence(cwd: Path, name: str) -> list[Any]:
    """All but what a clock says."""
    kept = ("number", "status", "value", "parameters", "reason", "epoch")
    return [[each[key] for key in kept] for each in trials(cwd, name)]


def test_one_process_and_two_workers_agree(tmp_path: Path) -> None:
    (tmp_path / "space.yaml").write_text(SPACE)
    flags = ("search", "space.yaml", "--no-finalize", "--deterministic", "--cpus-per-trial", "1")
    one = automl(*flags, "--executor", "local", "--name", "one", cwd=tmp_path)
    two = run_process(*flags, "--workers", "2", "--name", "two", cwd=tmp_path)
    assert (one.returncode, two.returncode) == (0, 0), (one.stderr, two.stderr)
    assert essence(tmp_path, "one") == essence(tmp_path, "two")
    assert "pruned" in {status for _, status, *_ in essence(tmp_path, "one")}
