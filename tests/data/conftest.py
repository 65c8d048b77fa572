"""What every test of data gets: no network, and no data but its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from data_files import save_image
from published_data import publish


@pytest.fixture(autouse=True)
def data_root(offline, tmp_path_factory, monkeypatch) -> Path:
    """An empty folder for what is fetched and decoded, and no network but this machine's own."""
    root = tmp_path_factory.mktemp("data root")
    monkeypatch.setenv("AUTOML_DATA", str(root))
    return root


@pytest.fixture
def published_files(data_root, monkeypatch) -> None:
    """Every published dataset, small, where it is looked for."""
    publish(data_root, monkeypatch)


@pytest.fixture
def mixed_folder(tmp_path) -> Path:
    """Two classes of every kind of image there is."""
    for label in ("cat", "dog"):
        for index, (name, mode) in enumerate(
            [
                ("a.png", "L"),
                ("b.jpg", "RGB"),
                ("c.gif", "P"),
                ("d.png", "RGBA"),
                ("e.png", "I;16"),
                ("f.jpeg", "CMYK"),
                ("g.bmp", "1"),
                ("h.webp", "RGBA"),
                ("i.tif", "LA"),
                ("j.ppm", "RGB"),
                ("k.png", "P"),
            ]
        ):
            save_image(tmp_path / "mixed" / label / name, mode, (10 + index, 40 - index), index)
    return tmp_path / "mixed"
