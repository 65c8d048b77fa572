"""``automl predict`` leaves no file anywhere: not beside the bundle, at home or in /tmp."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import PATIENCE
from stranger_bundles import StrangerSample

pytestmark = pytest.mark.slow


def listing(folder: Path) -> dict[Path, int]:
    """Every file and folder, and when it was last written."""
    return {path: path.lstat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


@pytest.mark.parametrize("name", ["images", "pieces"])
def test_nothing_is_written(
    sample_of: Callable[[str], StrangerSample], tmp_path: Path, name: str
) -> None:
    sample = sample_of(name)
    for place in ("here", "home", "temporary"):
        (tmp_path / place).mkdir()
    places = {"HOME": "home", "TMPDIR": "temporary", "XDG_CACHE_HOME": "home"}
    environment = {**os.environ, **{key: str(tmp_path / to) for key, to in places.items()}}
    before = listing(tmp_path), listing(sample.folder.parent)
    done = subprocess.run(
        [sys.executable, "-m", "automl", "predict", str(sample.folder), str(sample.file)],
        cwd=tmp_path / "here",
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (listing(tmp_path), listing(sample.folder.parent)) == before
