"""What tests of trials share."""

from __future__ import annotations

import pytest

from automl.data.dataset import Dataset
from automl.data.load import load_dataset


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load_dataset("digits", "images", {}, 0, print)
