"""With --deterministic a seed gives the same study with 1, 2 or 4 workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli_process import TINY, automl
from studies import trials

SPACE = TINY.replace("epochs: 2", "epochs: 3").replace("trials: 3", "trials: 14")


def essence(cwd: Path, name: str) -> list[Any]:
    """All but what a clock says."""
    kept = ("number", "status", "value", "parameters", "reason", "epoch")
    return [[each[key] for key in kept] for each in trials(cwd, name)]


def test_one_two_and_four_workers_agree(tmp_path: Path) -> None:
    (tmp_path / "space.yaml").write_text(SPACE)
    for workers in (1, 2, 4):
        flags = ("--deterministic", "--workers", str(workers), "--name", f"with-{workers}")
        ended = automl("search", "space.yaml", "--no-finalize", *flags, cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
    one, two, four = (essence(tmp_path, f"with-{workers}") for workers in (1, 2, 4))
    assert one == two == four
    assert "pruned" in {status for _, status, *_ in one}
