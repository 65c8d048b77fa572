"""A search of a DataFrame: kept as a file, so that it can be gone on with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import automl
from automl.core.errors import StudyError, UserError

SPACE = """\
task: tabular_classification
data: breast_cancer
network: [{dense: {units: {choices: [4, 8]}}}, {activation: relu}]
training: {epochs: 1, batch_size: 32}
search: {trials: 2, sampler: grid}
"""


@pytest.fixture
def frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SPACE)
    numbers = np.random.default_rng(0)
    size = numbers.normal(size=120)
    return pd.DataFrame({"size": size, "colour": ["red", "blue"] * 60, "large": size > 0})


@pytest.mark.slow
def test_a_frame_is_searched_and_gone_on_with(frame: pd.DataFrame) -> None:
    settings = {"executor": "local", "finalize": False, "target": "large"}
    study = automl.search("small.yaml", data=frame, trials=1, **settings)
    (file,) = Path("results/small").glob("data-*.jsonl")
    assert len(file.read_text().splitlines()) == 120
    assert automl.resume("small", trials=2).record.counted == 2
    found = study.predict(frame.drop(columns="large").head(5))
    assert list(found.columns[:2]) == ["prediction", "probability"]
    assert set(found["prediction"]) <= {"True", "False"}
    with pytest.raises(StudyError, match="exists already"):
        automl.search("small.yaml", data=frame.head(60), **settings)
    assert list(Path("results/small").glob("data-*")) == [file]


def test_what_is_no_data_begins_nothing(frame: pd.DataFrame) -> None:
    for wrong, told in (
        ([1, 2], "data is a list: give a dataset's name, a path or a DataFrame"),
        (frame.head(0), "data is a DataFrame without a row"),
    ):
        with pytest.raises(UserError, match=told):
            automl.search("small.yaml", data=wrong, executor="local")
    with pytest.raises(UserError, match="larg"):
        automl.search("small.yaml", data=frame, target="larg", executor="local")
    assert not list(Path("results").rglob("data-*"))


def test_the_package_shows_its_public_names_alone() -> None:
    assert dir(automl) == ["Study", "__version__", "load", "resume", "search"]
