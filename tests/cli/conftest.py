"""One finished study that several tests look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from command_line import TINY, automl
from drawing import drawn
from made_once import made_once


@dataclass(frozen=True)
class Finished:
    """A folder with a study in it."""

    cwd: Path


def search(cwd: Path) -> None:
    """A whole search, without a terminal."""
    (cwd / "tiny.yaml").write_text(TINY)
    run = automl("search", "tiny.yaml", "--pruner", "none", "--executor", "local", cwd=cwd)
    assert (run.returncode, run.stderr) == (0, "")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """This process's copy of a study that was searched once for all."""
    with drawn():
        folder = made_once(tmp_path_factory, "finished study", search)
    return Finished(copytree(folder, tmp_path_factory.mktemp("finished") / "copy"))
