"""The notebook runs as it stands, and shows what it says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import environment
from patience import PATIENCE

pytestmark = pytest.mark.slow

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "quickstart.ipynb"
# The space of that name in the working directory comes first, and is quick.
CNN = """\
task: image_classification
data: digits
network:
  - stage: conv
    repeat: {low: 1, high: 2}
    layers: [{conv2d: {filters: {choices: [4, 8]}}}, {activation: relu}]
  - global_avg_pool
training: {batch_size: 128, optimizer: {adamw: {lr: {low: 1e-3, high: 1e-1, log: true}}}}
baseline: {conv.repeat: 1}
"""
EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[2])
"""


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The code cells, run in a folder of their own by the kernel of this Python."""
    folder = tmp_path_factory.mktemp("notebook")
    done = folder / "done.ipynb"
    (folder / "search_spaces").mkdir()
    (folder / "search_spaces" / "cnn.yaml").write_text(CNN)
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", EXECUTE, NOTEBOOK, done],
        cwd=folder,
        env=environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        timeout=PATIENCE,
    )
    notebook = json.loads(done.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def shown(cells: list[dict[str, Any]], source: str) -> dict[str, Any]:
    """What the cell that holds ``source`` gives at its end, by kind."""
    (cell,) = (each for each in cells if source in "".join(each["source"]))
    (result,) = (each for each in cell["outputs"] if each["output_type"] == "execute_result")
    return {kind: "".join(data) if isinstance(data, list) else data
            for kind, data in result["data"].items()}  # fmt: skip


def test_the_search_shows_its_progress(cells: list[dict[str, Any]]) -> None:
    (view,) = (each for each in cells[0]["outputs"] if each["output_type"] == "display_data")
    drawn = "".join(view["data"]["text/html"])
    assert "4/4 trials" in drawn
    assert "best accuracy 0." in drawn


def test_a_study_is_shown_as_a_table(cells: list[dict[str, Any]]) -> None:
    data = shown(cells, "automl.search(")
    assert data["text/plain"].startswith("cnn: 4 trials, final model accuracy 0.")
    assert "<table><caption>cnn: 4 trials" in data["text/html"]


def test_the_best_trial_and_all_trials_are_there(cells: list[dict[str, Any]]) -> None:
    assert "'conv.repeat': " in shown(cells, "study.best.objective")["text/plain"]
    assert "complete" in shown(cells, 'study.trials[["status"')["text/html"]


@pytest.mark.parametrize("plot", ["plot_history", "plot_learning_curves"])
def test_plots_are_plotly_figures(cells: list[dict[str, Any]], plot: str) -> None:
    figures = [
        each["data"]["application/vnd.plotly.v1+json"]
        for cell in cells
        if plot in "".join(cell["source"])
        for each in cell["outputs"]
        if "application/vnd.plotly.v1+json" in each.get("data", {})
    ]
    assert figures[0]["data"]


def test_the_report_and_the_model_are_written(cells: list[dict[str, Any]]) -> None:
    assert "results/cnn/report.html" in shown(cells, "study.report()")["text/plain"]
    (cell,) = (each for each in cells if "study.export" in "".join(each["source"]))
    printed = "".join(cell["outputs"][0]["text"])
    assert printed.startswith("results/cnn/exported/safetensors ")
    assert "100% of the decisions are the same" in printed


def test_it_goes_on_to_a_larger_total(cells: list[dict[str, Any]]) -> None:
    assert int(shown(cells, "automl.load")["text/plain"]) >= 5


def test_nothing_is_said_on_the_side(cells: list[dict[str, Any]]) -> None:
    said = [each for cell in cells for each in cell["outputs"] if each.get("name") == "stderr"]
    assert said == []
