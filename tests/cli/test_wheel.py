"""The built wheel works by itself."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from command_line import environment

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_it_carries_the_spaces_and_the_data_and_is_small(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "automl/search_spaces/cnn.yaml" in names
    assert "automl/search_spaces/mlp.yaml" in names
    assert "automl/data/catalogue/files/fashion_mini.npz" in names
    assert "automl/data/catalogue/files/NOTICE.md" in names
    assert "automl/py.typed" in names
    assert "automl/report/page/page.html" in names
    assert wheel.stat().st_size < 5_000_000


def test_check_cnn_runs_from_it(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    run = subprocess.run(
        [sys.executable, "-m", "automl", "check", "cnn", "--json"],
        cwd=tmp_path,
        env={**environment(), "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    source = json.loads(run.stdout)["space"]["source"]
    assert Path(tmp_path, source) == site / "automl" / "search_spaces" / "cnn.yaml"
