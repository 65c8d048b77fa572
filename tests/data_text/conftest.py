"""What every test of texts gets: no data but its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from published_data.texts import make_texts
from text_data import write_csv


@pytest.fixture(autouse=True)
def data_root(tmp_path, monkeypatch) -> Path:
    """An empty folder for published data."""
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "data root"))
    return tmp_path / "data root"


@pytest.fixture
def reviews(tmp_path) -> Path:
    """A table of 60 different texts of two classes."""
    return write_csv(tmp_path / "reviews.csv", ["text", "label"], make_texts(60))
