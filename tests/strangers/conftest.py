from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from stranger_bundles import StrangerSample, make_sample


@pytest.fixture(scope="session")
def sample_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], StrangerSample]:
    """The bundle of a case, made once, and a file for it. Nobody writes into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTOML_DATA", str(tmp_path_factory.mktemp("cache")))
        yield cache(lambda name: make_sample(name, tmp_path_factory.mktemp(name)))


@pytest.fixture
def spoiled(sample_of: Callable[[str], StrangerSample], tmp_path: Path) -> StrangerSample:
    """A copy of the bundle of images, to be changed."""
    sample = sample_of("images")
    return StrangerSample(Path(shutil.copytree(sample.folder, tmp_path / "bundle")), sample.file)
