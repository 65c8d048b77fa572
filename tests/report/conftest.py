"""Real studies that are searched once, and reports of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import own_data
import pytest
from made_once import made_once

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


def search_digits(folder: Path) -> None:
    (folder / "digits.yaml").write_text(DIGITS)
    api.search(str(folder / "digits.yaml"), executor="local", results=str(folder / "results"))


def search_kinds(folder: Path) -> None:
    for kind, (task, network) in KINDS.items():
        space = SMALL.format(task=task, data=own_data.WRITERS[kind](folder), network=network)
        (folder / f"{kind}.yaml").write_text(space)
        api.search(
            str(folder / f"{kind}.yaml"),
            executor="local",
            finalize=False,
            results=str(folder / "results"),
        )


def own_copy(factory: pytest.TempPathFactory, name: str, search: Callable[[Path], None]) -> str:
    """This process's copy of a results folder that was filled once for all."""
    made = made_once(factory, name, search)
    return str(copytree(made / "results", factory.mktemp(name.replace(" ", "-")) / "results"))


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A results folder with the finished study ``digits``."""
    return own_copy(tmp_path_factory, "reported study", search_digits)


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A results folder with a finished study of each other kind of data, named after it."""
    return own_copy(tmp_path_factory, "reported kinds", search_kinds)


@pytest.fixture(scope="session")
def page(results: str) -> Path:
    """The report of ``digits`` as HTML."""
    return api.report("digits", results=results)
