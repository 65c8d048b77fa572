"""One finished study that several tests look at."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli_process import TINY, automl


@dataclass(frozen=True)
class Finished:
    """A folder with a study in it, and what the search printed."""

    cwd: Path
    search: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A whole search on Ray workers, without a terminal."""
    cwd = tmp_path_factory.mktemp("finished")
    (cwd / "tiny.yaml").write_text(TINY)
    return Finished(cwd, automl("search", "tiny.yaml", "--pruner", "none", cwd=cwd))
