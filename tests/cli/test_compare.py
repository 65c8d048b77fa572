"""``automl compare``: studies side by side, and whether that means anything."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import automl

from automl import api

pytestmark = pytest.mark.slow

SPACE = """\
task: tabular_classification
data: breast_cancer
network: [{dense: {units: {choices: [8, 16]}}}, {activation: relu}]
training: {epochs: 1, batch_size: 64, optimizer: {adamw: {lr: {low: 1e-3, high: 1e-2}}}}
"""
NUMBERS = SPACE.replace("classification", "regression").replace("breast_cancer", "diabetes")


@pytest.fixture(scope="module")
def cwd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Studies of the same, two of them alike; of another objective, seed and data."""
    cwd = tmp_path_factory.mktemp("compared")
    (cwd / "classes.yaml").write_text(SPACE)
    (cwd / "numbers.yaml").write_text(NUMBERS)
    search(cwd, "classes", "short")
    search(cwd, "classes", "again")
    search(cwd, "classes", "long", epochs=8)
    search(cwd, "classes", "other", seed=1, metric="loss")
    search(cwd, "classes", "losses", metric="loss")
    search(cwd, "numbers", "numbers")
    return cwd


def search(cwd: Path, space: str, name: str, **settings: int | str) -> None:
    results = str(cwd / "results")
    fixed = {"executor": "local", "pruner": "none", "trials": 2, "results": results}
    fixed["finalize"] = False
    api.search(str(cwd / f"{space}.yaml"), name=name, **(fixed | settings))  # type: ignore[arg-type]


def compared(cwd: Path, *names: str) -> dict:
    return json.loads(automl("compare", *names, "--json", cwd=cwd).stdout)


def test_the_better_one_is_said_to_be_ahead(cwd: Path) -> None:
    run = automl("compare", "short", "long", cwd=cwd)
    assert run.returncode == 0, run.stderr
    best = {name: api.show(name, str(cwd / "results")).best for name in ("short", "long")}
    values = {name: f"{each.objective:.4f}" for name, each in best.items() if each}
    assert run.stdout.startswith(
        f"long is ahead: accuracy {values['long']} on validation; short {values['short']}\n"
    )


def test_equal_studies_are_level(cwd: Path) -> None:
    shown = automl("compare", "short", "again", "long", cwd=cwd).stdout
    assert re.match(r"long is ahead: accuracy \S+ on validation; short \S+ again \S+\n", shown)
    shown = automl("compare", "short", "again", cwd=cwd).stdout
    assert re.match(r"short and again are level: accuracy \S+ on validation\n", shown)


def test_each_fact_is_a_row_and_each_study_a_column(cwd: Path) -> None:
    shown = automl("compare", "short", "long", cwd=cwd).stdout
    told = {each["name"]: each for each in compared(cwd, "short", "long")["studies"]}
    rows = {cells[0]: cells[1:] for cells in map(cells_of, shown.splitlines())}
    for label, key in (("parameters", "size"), ("FLOPs an example", "flops")):
        assert rows[label] == [f"{told[name]['best'][key]:,}" for name in ("short", "long")]
    assert rows["metric"] == ["accuracy", "accuracy"]
    assert rows["complete"] == ["2", "2"]
    assert rows["data"] == ["breast_cancer", "breast_cancer"]
    assert rows["better by"] == [f"{told[name]['gain']:.4f}" for name in ("short", "long")]
    assert len(rows["optimizer.adamw.lr"]) == 2


def cells_of(line: str) -> list[str]:
    return re.split(r" {2,}", line.strip())


def test_the_gain_is_better_than_the_baseline_also_where_less_is_better(cwd: Path) -> None:
    for study in compared(cwd, "other", "long")["studies"]:
        best, baseline = study["best"]["value"], study["baseline"]["value"]
        assert study["gain"] == pytest.approx(abs(best - baseline))


def test_what_cannot_be_compared_is_said_with_every_reason(cwd: Path) -> None:
    shown = automl("compare", "short", "other", cwd=cwd).stdout
    assert shown.startswith(
        "Their values cannot be compared:\n"
        "- their splits were drawn by different seeds: short 0, other 1\n\n"
    )
    assert ["metric", "short", "other"] in map(cells_of, shown.splitlines())
    assert compared(cwd, "short", "long")["comparable"]


def test_studies_of_different_objectives_are_compared_by_what_both_measured(cwd: Path) -> None:
    shown = automl("compare", "long", "losses", cwd=cwd).stdout
    assert shown.startswith(
        "They were searched by different metrics: long by accuracy, losses by loss\n\n"
        "What the model of each measured on validation:\n"
    )
    rows = {cells[0]: cells[1:] for cells in map(cells_of, shown.splitlines())}
    told = compared(cwd, "long", "losses")
    assert told["comparable"]
    assert list(told["metrics"])[:2] == ["accuracy", "loss"]
    for name, of in told["metrics"].items():
        curves = {study: best_step(cwd, study) for study in ("long", "losses")}
        assert of["values"] == {study: curve[name] for study, curve in curves.items()}
        best = max if of["maximize"] else min
        ahead = [s for s, v in of["values"].items() if v == best(of["values"].values())]
        assert rows[name][2] == ("level" if len(ahead) == 2 else ahead[0])


def best_step(cwd: Path, name: str) -> dict[str, float]:
    """All that the best trial measured where its objective was the best."""
    study, results = api.show(name, str(cwd / "results")), str(cwd / "results")
    assert study.best is not None
    curve = api.trial(name, study.best.number, results).curve
    return next(dict(e.metrics) for e in curve if e.metrics[study.metric] == study.best.objective)


def test_other_data_is_known_by_its_content(cwd: Path) -> None:
    told = compared(cwd, "short", "numbers")
    hashes = [each["data_sha256"][:12] for each in told["studies"]]
    assert not told["comparable"]
    assert told["differences"][2] == (
        f"their data differs (SHA-256): short {hashes[0]}…, numbers {hashes[1]}…"
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("short", "lang"), "no study 'lang' in results; did you mean 'long'?"),
        (("short",), "compare short: name two or more studies, each once (see: automl studies)"),
        (("long", "long"), "compare long long: name two or more studies, each once"),
    ],
)
def test_what_is_wrong_is_one_line(cwd: Path, names: tuple[str, ...], said: str) -> None:
    run = automl("compare", *names, cwd=cwd)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"automl: {said}")
    assert run.stderr.count("\n") == 1
