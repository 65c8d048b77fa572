"""A study of several objectives from its search to the export of a model that is small enough."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from automl import api
from automl.cli import app
from automl.cli.options import parse_latency
from automl.core.errors import StudyError, UserError

pytestmark = pytest.mark.slow

ROWS = """\
task: tabular_classification
data: breast_cancer
network: [{dense: {units: {low: 2, high: 64}}}, {activation: relu}]
training:
  epochs: 1
  batch_size: 64
  optimizer: {adamw: {lr: {low: 1e-3, high: 1e-1, log: true}}}
objective: {minimize: [latency, parameters], constraints: {latency: {max: 1000}}}
search: {trials: 6, sampler: random, pruner: none}
baseline: {units: 2}
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A results folder with the finished study ``rows``."""
    cwd = tmp_path_factory.mktemp("front")
    (cwd / "rows.yaml").write_text(ROWS)
    results = str(cwd / "results")
    api.search(str(cwd / "rows.yaml"), executor="local", finalize=False, results=results)
    return results


def run(*words: str) -> str:
    """What a command prints."""
    ran = CliRunner().invoke(app, words, catch_exceptions=False)
    assert ran.exit_code == 0
    return ran.output


def test_show_has_the_front_as_a_table(results: str) -> None:
    study = api.show("rows", results)
    shown = run("show", "rows", "--results", results).splitlines()
    at = shown.index(
        f"Front: {len(study.front)} model{'s' if len(study.front) > 1 else ''} "
        "that no other beats in accuracy, latency and parameters at once"
    )
    assert shown[at + 1].split() == ["trial", "accuracy", "latency", "(ms)", "parameters"]
    rows = [line.split()[0] for line in shown[at + 2 : at + 2 + len(study.front)]]
    assert rows == [str(each.number) for each in study.front]


def test_scripts_read_the_objectives_and_the_front(results: str) -> None:
    told = json.loads(run("show", "rows", "--json", "--results", results))
    assert told["objectives"] == [
        {"name": "accuracy", "direction": "maximize"},
        {"name": "latency", "direction": "minimize"},
        {"name": "parameters", "direction": "minimize"},
    ]
    assert told["front"] == [each.number for each in api.show("rows", results).front]
    assert all(trial["latency"] > 0 for trial in told["trials"])


@pytest.mark.parametrize(("format", "heading"), [("html", "<h3>Front</h3>"), ("md", "## Front")])
def test_the_report_has_it(format: str, heading: str, results: str) -> None:
    study, text = api.show("rows", results), api.report_text("rows", format, results)
    assert heading in text
    for each in study.front:
        assert f"{each.latency:.3f}" in text


def test_every_plot_can_be_drawn(results: str) -> None:
    study = api.load("rows", results)
    best, front = api.show("rows", results).best, study.plot_front()
    assert best is not None
    assert best.objective in [z for trace in front.data for z in trace.z]
    plots = [name for name in dir(study) if name.startswith("plot_")]
    empty = [name for name in plots if not getattr(study, name)().data]
    assert empty == ["plot_importances"]  # of six trials, they would be noise


def test_the_model_that_is_taken_keeps_the_limits(results: str, tmp_path: Path) -> None:
    study = api.show("rows", results)
    smallest = min(study.front, key=lambda each: each.num_parameters or 0)
    limit = ("--max-parameters", str(smallest.num_parameters), "--max-latency", "1s")
    output = str(tmp_path / "small")
    told = json.loads(
        run("export", "rows", *limit, "--output", output, "--json", "--results", results)
    )
    assert told["path"] == output
    facts = json.loads((tmp_path / "small" / "bundle.json").read_text())
    assert facts["parameters"] == smallest.num_parameters


def test_where_no_model_is_small_enough_the_smallest_is_told(results: str) -> None:
    with pytest.raises(
        StudyError, match=r"^--max-latency 1e-06ms --max-parameters 1: no model"
    ) as told:
        api.export("rows", max_latency=1e-6, max_parameters=1, results=results)
    smallest = min(each.num_parameters or 0 for each in api.show("rows", results).front)
    assert f"{smallest:,} parameters (trial " in str(told.value)
    assert " ms (trial " in str(told.value)


@pytest.mark.parametrize(("text", "latency"), [("5ms", 5.0), ("0.5ms", 0.5), ("1s", 1000.0)])
def test_latencies_have_units(text: str, latency: float) -> None:
    assert parse_latency(text, "--max-latency") == latency


@pytest.mark.parametrize("text", ["5", "0ms", "-1ms", "5m", "ms", "5 ms"])
def test_what_is_no_latency_is_told(text: str) -> None:
    with pytest.raises(UserError, match=r"--max-latency .* such as 5ms or 1s"):
        parse_latency(text, "--max-latency")


def test_what_does_not_go_is_told_before_anything_is_begun(tmp_path: Path) -> None:
    results = str(tmp_path / "results")
    with pytest.raises(UserError, match="did you mean 'flops'"):
        api.search("mlp", minimize=["flop"], results=results)
    with pytest.raises(UserError, match="--sampler cmaes"):
        api.search("mlp", minimize=["flops"], sampler="cmaes", results=results)
    assert not Path(results).exists()
