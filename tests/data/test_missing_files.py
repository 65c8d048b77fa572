"""A machine without a network, and without a dataset's files."""

from __future__ import annotations

import time

import pytest

from automl.core.errors import DataError
from automl.data import DATASETS
from automl.data.source import load_dataset


def silent(line: str) -> None:
    """Takes announcements that a test does not look at."""


@pytest.mark.slow
@pytest.mark.parametrize("name", DATASETS.names)
def test_without_files_and_network_it_loads_or_says_in_one_line_how_to_get_it(
    name, data_root, capfd
):
    from torchvision import datasets  # noqa: F401  its import is not what is timed

    kind = DATASETS[name].kind
    start = time.monotonic()
    try:
        load_dataset(name, kind, {}, 0, silent)
    except DataError as error:
        line = str(error)
        assert "\n" not in line
        assert line.startswith(name)
        assert str(data_root) in line
        assert "AUTOML_DATA" in line
        assert not [path for path in data_root.rglob("*") if path.is_file()]
    assert time.monotonic() - start < 60
    assert capfd.readouterr() == ("", "")
