"""The folder that all studies are in."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.core.errors import StudyError
from automl.store import Store


def test_a_study_is_one_that_was_begun(tmp_path: Path) -> None:
    store = Store(tmp_path / "results")
    assert store.names() == ()
    store.study("b").create({"name": "b"})
    store.study("a").create({"name": "a"})
    (store.root / "no study").mkdir()
    assert store.names() == ("a", "b")


def test_studies_share_what_the_dashboard_shows(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.study("a").dashboard_files == store.study("b").dashboard_files == store.artifacts


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StudyError, match="choose another folder with --results DIR"):
        Store(tmp_path / "file" / "results").prepare()
