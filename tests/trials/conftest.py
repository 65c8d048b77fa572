"""What tests of trials share."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_trials import folder, make_spec, run

from automl.core.trial import TrialResult
from automl.data.dataset import Dataset
from automl.data.source import load_dataset
from automl.trials import make_runner


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load_dataset("digits", "images", {}, 0, print)


@pytest.fixture
def whole(digits: Dataset, tmp_path: Path) -> TrialResult:
    return run(make_runner(1)(make_spec(folder(tmp_path, "whole")), digits))
