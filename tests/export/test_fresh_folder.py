from __future__ import annotations

from pathlib import Path

import pytest

from automl.core.errors import ExportError
from automl.export.bundle import fresh_folder

PEOPLE = ("labels.txt", "preprocessing.json", "requirements.txt", "predict.py")
BUNDLE = {"bundle.json": "{}", "README.md": "old", "model.onnx": "", **dict.fromkeys(PEOPLE, "")}


def fill(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize("before", [None, {}, BUNDLE])
def test_a_bundle_takes_the_place_of_what_was_there(
    tmp_path: Path, before: dict[str, str] | None
) -> None:
    folder = tmp_path / "b"
    if before is not None:
        fill(folder, before)
    with fresh_folder(folder) as fresh:
        (fresh / "README.md").write_text("new")
        assert list(fresh.iterdir()) == [fresh / "README.md"]
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"README.md": "new"}
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_what_was_there(tmp_path: Path, error: type[BaseException]) -> None:
    folder = fill(tmp_path / "b", BUNDLE)
    with pytest.raises(error), fresh_folder(folder) as fresh:
        raise error((fresh / "README.md").write_text("new"))
    assert {path.name for path in folder.iterdir()} == set(BUNDLE)
    assert (folder / "README.md").read_text() == "old"
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize(
    "files",
    [{"README.md": "mine"}, {**BUNDLE, "notes.txt": "mine"}, {**BUNDLE, "my.model.onnx": "mine"}],
)
def test_what_is_not_only_a_bundle_is_left(tmp_path: Path, files: dict[str, str]) -> None:
    folder = fill(tmp_path / "b", files)
    with pytest.raises(ExportError, match="so it is left as it is"), fresh_folder(folder):
        pass
    assert {path.name: path.read_text() for path in folder.iterdir()} == files


def test_a_file_is_left(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(ExportError, match="is a file"), fresh_folder(tmp_path / "b"):
        pass
    assert (tmp_path / "b").read_text() == "mine"


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    with fresh_folder(tmp_path / "b"):
        pass
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "b").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_folders_above_are_made(tmp_path: Path) -> None:
    with fresh_folder(tmp_path / "models" / "pets" / "b"):
        pass
    assert (tmp_path / "models" / "pets" / "b").is_dir()
