"""A search on a user's own data of every kind, and what its best model says of new files."""

from __future__ import annotations

from pathlib import Path

import own_data
import pytest

from automl import api
from automl.data import READERS
from automl.tasks.task import LabelPrediction, QuantityPrediction

pytestmark = pytest.mark.slow

NETWORKS = {
    "images": "[flatten]",
    "text": "[{embedding: {size: 4}}, global_avg_pool]",
    "table": "[{dense: {units: {choices: [4, 8]}}}, {activation: relu}]",
    "series": "[{gru: {units: 4}}]",
    "forecast": "[flatten, {dense: {units: {choices: [4, 8]}}}]",
}
TASKS = {
    "images": "image_classification",
    "text": "text_classification",
    "table": "tabular_regression",
    "series": "series_classification",
    "forecast": "forecasting",
}
# How many predictions a user's file has: one an example, and one forecast from its end.
PREDICTIONS = dict.fromkeys(READERS, own_data.ROWS) | {"forecast": 1}
SPACE = """\
task: {task}
data: {data}
network: {network}
training:
  epochs: 1
  batch_size: 32
  optimizer: {{adamw: {{lr: {{low: 1e-3, high: 1e-1, log: true}}}}}}
search: {{trials: 2, sampler: random}}
"""


@pytest.mark.parametrize("kind", READERS.names)
def test_the_best_bundle_of_a_search_predicts(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTOML_DATA", str(tmp_path / "cache"))
    file = own_data.WRITERS[kind](tmp_path)
    space = SPACE.format(task=TASKS[kind], data=file, network=NETWORKS[kind])
    (tmp_path / "space.yaml").write_text(space)

    study = api.search("space.yaml", executor="local", pruner="none", finalize=False).record
    assert [trial.status for trial in study.trials] == ["complete", "complete"]
    found = api.predict("results/space/best", [str(file)])
    assert len(found) == PREDICTIONS[kind]
    predicts = LabelPrediction if "classification" in TASKS[kind] else QuantityPrediction
    assert all(isinstance(each.prediction, predicts) for each in found)
