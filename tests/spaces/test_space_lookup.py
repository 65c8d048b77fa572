"""Finding spaces by name and path."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import automl
from automl.core.errors import UnknownName
from automl.spaces import find_space, list_spaces


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A working directory with spaces of its own."""
    folder = tmp_path / "search_spaces"
    folder.mkdir()
    (folder / "cnn.yaml").write_text("mine")
    (folder / "other.yaml").write_text("mine")
    return tmp_path


def test_the_shipped_spaces_have_names(tmp_path):
    spaces = dict(list_spaces(tmp_path))
    assert {"cnn", "mlp"} <= spaces.keys()
    assert all(path.is_file() for path in spaces.values())
    assert find_space("cnn", tmp_path) == spaces["cnn"]


def test_ones_own_space_wins(own):
    assert find_space("cnn", own) == own / "search_spaces" / "cnn.yaml"
    assert find_space("mlp", own) == dict(list_spaces(Path("/")))["mlp"]
    assert [name for name, _ in list_spaces(own)] == sorted(dict(list_spaces(own)))
    assert "other" in dict(list_spaces(own))


@pytest.mark.parametrize("path", ["my.yaml", "my.yml", "spaces/my", "./my"])
def test_a_path_is_a_path(tmp_path, path):
    assert find_space(path, tmp_path) == tmp_path / path


def test_an_absolute_path_stays(tmp_path):
    assert find_space("/spaces/my.yaml", tmp_path) == Path("/spaces/my.yaml")


def test_an_unknown_name_has_a_nearest(own):
    with pytest.raises(UnknownName, match="unknown search space 'othr'; did you mean 'other'"):
        find_space("othr", own)


@pytest.mark.slow
def test_a_package_with_the_spaces_inside_finds_them(tmp_path):
    """As a wheel has it: a copy of the package with the folder in it, and none beside it."""
    package = Path(automl.__file__).parent
    for part in ("__init__.py", "core", "spaces"):
        source, target = package / part, tmp_path / "site" / "automl" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    inside = tmp_path / "site" / "automl" / "search_spaces"
    inside.mkdir()
    (inside / "cnn.yaml").write_text("inside")
    code = "import automl.spaces as f, pathlib; print(f.find_space('cnn', pathlib.Path()))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(ran.stdout.strip()) == inside / "cnn.yaml"
