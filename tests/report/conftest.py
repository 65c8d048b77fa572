"""Real studies that are searched once, and reports of them."""

from __future__ import annotations

from pathlib import Path

import own_data
import pytest

from automl import api

# Depth, choices, a limit that some networks are over, and a pruner that has something to stop.
DIGITS = """\
task: image_classification
data: digits
network:
  - flatten
  - stage: dense
    repeat: {low: 1, high: 3}
    layers:
      - dense: {units: {choices: [8, 16, 64]}}
      - activation: {choices: [relu, tanh], shared: true}
  - dropout: {low: 0.0, high: 0.5}
training:
  epochs: 3
  batch_size: 64
  optimizer:
    choices:
      adamw: {lr: {low: 1e-3, high: 1e-1, log: true}}
      sgd: {lr: {low: 1e-2, high: 0.3, log: true}}
objective: {metric: accuracy, constraints: {parameters: {max: 3000}}}
search: {trials: 14}
baseline: {dense.repeat: 1}
"""
SMALL = """\
task: {task}
data: {data}
network: {network}
training:
  epochs: 1
  batch_size: 32
  optimizer: {{adamw: {{lr: {{low: 1e-3, high: 1e-1, log: true}}}}}}
search: {{trials: 2, sampler: random, pruner: none}}
"""
KINDS = {
    "text": ("text_classification", "[{embedding: {size: 4}}, global_avg_pool]"),
    "table": ("tabular_regression", "[{dense: 4}]"),
    "forecast": ("forecasting", "[flatten]"),
}


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A results folder with the finished study ``digits``."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "digits.yaml").write_text(DIGITS)
    results = str(folder / "results")
    api.search(str(folder / "digits.yaml"), executor="local", results=results)
    return results


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A results folder with a finished study of each other kind of data, named after it."""
    folder = tmp_path_factory.mktemp("kinds")
    results = str(folder / "results")
    for kind, (task, network) in KINDS.items():
        space = SMALL.format(task=task, data=own_data.WRITERS[kind](folder), network=network)
        (folder / f"{kind}.yaml").write_text(space)
        api.search(str(folder / f"{kind}.yaml"), executor="local", finalize=False, results=results)
    return results


@pytest.fixture(scope="session")
def page(results: str) -> Path:
    """The report of ``digits`` as HTML."""
    return api.report("digits", results=results)
