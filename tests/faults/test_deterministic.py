"""With --deterministic a seed gives the same study with one worker and with three."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import TINY, run_process
from studies import trials

pytestmark = pytest.mark.slow

SPACE = TINY.replace("epochs: 2", "epochs: 3").replace("trials: 3", "trials: 9")


def essence(cwd: Path, name: str) -> list[Any]:
    """All but what a clock says."""
    kept = ("number", "status", "value", "parameters", "reason", "epoch")
    return [[each[key] for key in kept] for each in trials(cwd, name)]


def test_one_and_three_workers_agree(tmp_path: Path) -> None:
    (tmp_path / "space.yaml").write_text(SPACE)
    for workers in (1, 3):
        flags = ("--deterministic", "--workers", str(workers), "--name", f"with-{workers}")
        ended = run_process("search", "space.yaml", "--no-finalize", *flags, cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
    one, three = (essence(tmp_path, f"with-{workers}") for workers in (1, 3))
    assert one == three
    assert "pruned" in {status for _, status, *_ in one}
