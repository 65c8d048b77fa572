"""Small studies, searched in this process, once for all tests that can go on from them."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from automl import api

SPACE = """\
task: image_classification
data: digits
network: [flatten, {dense: {units: {choices: [4, 8, 16, 32]}}}, {activation: relu}]
training: {epochs: 1, batch_size: 256}
search: {trials: 3, sampler: grid, pruner: none}
"""


@pytest.fixture(scope="session")
def space(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A space whose trials take a moment."""
    file = tmp_path_factory.mktemp("space") / "small.yaml"
    file.write_text(SPACE)
    return str(file)


@pytest.fixture(scope="session")
def searched(space: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the study ``small``: three trials, and no final model."""
    folder = tmp_path_factory.mktemp("searched")
    # What the final model takes then does not depend on the clock.
    settings = {"executor": "local", "deterministic": True, "finalize": False}
    api.search(space, results=str(folder / "results"), **settings)
    return folder


@pytest.fixture(scope="session")
def finished(searched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with its final model."""
    folder = copytree(searched, tmp_path_factory.mktemp("finished") / "copy")
    api.finalize("small", results=str(folder / "results"))
    return folder


@pytest.fixture
def without(searched: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory has the study without its final model."""
    monkeypatch.chdir(copytree(searched, tmp_path / "here"))


@pytest.fixture
def with_final(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory has the study with its final model."""
    monkeypatch.chdir(copytree(finished, tmp_path / "here"))
