"""Reports made by hand, and studies of trials that nobody trained."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.trial import FrozenTrial, TrialState, create_trial
from plans import PLAN

from automl.core.error_analysis import (
    Confusion,
    ErrorAnalysis,
    ImageExample,
    Mistake,
    RowExample,
    SeriesExample,
    SeriesLine,
    TextExample,
)
from automl.core.final import Estimate, Finalist, FinalRecord
from automl.core.records import NetworkProfile, StudyRecord, TrialRecord
from automl.core.trial import Measurement
from automl.report import ModelDetails, Plots, Provenance, Report, StudyCost
from automl.store import Store
from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.storage import open_storage

BEGUN = datetime(2026, 1, 1)
DRAWN = {
    **{f"layer.{at}.dropout": FloatDistribution(0.0, 1.0) for at in range(1, 6)},
    "optimizer.lr": FloatDistribution(1e-4, 1.0, log=True),
    "activation": CategoricalDistribution(["relu", "gelu", "silu"]),
}


def made_trial(number: int, random: Random, status: str = "complete") -> FrozenTrial:
    """A trial as a search leaves it; a pruned one stopped after two of ten steps."""
    params = {name: draw(random, each) for name, each in DRAWN.items()}
    steps = {"complete": 10, "pruned": 2, "failed": 1}.get(status, 0)
    reports = {step: 1 - params["layer.1.dropout"] / step for step in range(1, steps + 1)}
    complete = status == "complete"
    failed = status in ("failed", "lost")
    made = create_trial(
        state=TrialState.COMPLETE if complete else TrialState.FAIL if failed else TrialState.PRUNED,
        value=max(reports.values()) if complete else None,
        params=params,
        distributions=DRAWN,
        intermediate_values=reports,
        user_attrs={
            "status": status,
            "value": max(reports.values(), default=None),
            "reason": "" if complete else f"{status}: rung 1 asks for 0.9, of {number} trials",
            "seconds": 1.0,
            "epoch": float(steps),
            "size": 100,
            "flops": 200,
            "config": "a whole configuration " * 50,
        },
    )
    made.datetime_start = BEGUN + timedelta(seconds=number)
    made.datetime_complete = made.datetime_start + timedelta(seconds=1)
    return made


def draw(random: Random, distribution: Any) -> float | str:
    if isinstance(distribution, CategoricalDistribution):
        return str(random.choice(distribution.choices))
    return random.uniform(distribution.low, distribution.high)


def made_study(root: Path, trials: list[FrozenTrial], **changes: Any) -> str:
    """A results folder with a study ``made`` of these trials; gives the folder's name."""
    store = Store(root)
    store.prepare()
    with quiet_optuna():
        study = optuna.create_study(
            storage=open_storage(store.journal), study_name="made", direction="maximize"
        )
        study.set_metric_names(["accuracy"])
    study.add_trials(trials)
    record = {**replace(PLAN, trials=len(trials) or 1).as_record(), "text": "task: none\n"}
    store.study("made").create(record | changes)
    return str(root)


def hostile_report(word: str, review: ErrorAnalysis | None = None) -> Report:
    """A report in which every word that a stranger may have chosen is ``word``."""
    trials = (
        TrialRecord(0, "complete", 0.5, {word: word}, epoch=3.0, num_parameters=10, flops=20),
        TrialRecord(1, "pruned", 0.4, {word: word}, word, epoch=1.0, num_parameters=10, flops=20),
        TrialRecord(2, "failed", None, {}, word),
    )
    settings = PLAN.as_record() | {
        "name": word,
        "space": word,
        "data": word,
        "options": {"x": word},
    }
    return Report(
        StudyRecord(word, "accuracy", True, trials),
        3,
        StudyCost(BEGUN, BEGUN, 1.0, 1.0),
        Plots(hostile_figures(word), 3, {word: 1.0}, "3 trials"),
        ModelDetails(
            NetworkProfile(10, 20, ((word, (2, 3), 10),)),
            {word: curve()},
            review or hostile_review(word),
            word,
        ),
        Provenance(settings, word, word, word, {word: word}, word),
        hostile_final(word),
    )


def hostile_figures(word: str) -> dict[str, Any]:
    """Optuna's figures of two trials that drew ``word`` for a parameter of that name."""
    points = {"type": "scatter", "mode": "markers", "x": [0, 1], "y": [0.5, 0.4]}
    slices = {**points, "x": [f"'{word}'"] * 2, "marker": {"color": [0, 1]}, "xaxis": "x"}
    told = [["accuracy", "0.5"], [word, word]]
    line = {"mode": "lines", "x": [0, 1], "y": [0.0, 1.0], "customdata": told}
    tick = {"text": word, "x": 1, "y": 0.5}
    axis = {"type": "category", "categoryarray": [f"'{word}'"], "title": {"text": word}}
    return {
        "history": {"data": [points, {**points, "mode": "lines"}], "layout": {}},
        "slice": {"data": [slices], "layout": {"xaxis": axis}},
        "parallel_coordinate": {
            "data": [line],
            "layout": {"xaxis": {"ticktext": ["accuracy", word]}, "annotations": [tick]},
        },
    }


def hostile_final(word: str) -> FinalRecord:
    """A final model whose metrics and reasons are all ``word``."""
    chosen = Finalist(0, 10, (0.5, 0.6), Estimate(word, 0.55, 0.4, 0.7))
    out = Finalist(1, 20, reason=word)
    return FinalRecord((chosen, out), (7, 8), 0, None, 2.5, 100, (Estimate(word, 0.5),), word, 1)


def hostile_review(word: str) -> ErrorAnalysis:
    """A review in which labels, columns, texts and names are all ``word``."""
    lines = SeriesExample(
        (SeriesLine(word, 0, (1.0, float("nan"), 2.0)), SeriesLine(word, 2, (3.0, 1.0)))
    )
    examples = (TextExample(word), RowExample({word: word}), lines, ImageExample(f"!{word}"))
    mistakes = tuple(Mistake(each, word, word, word) for each in examples)
    return ErrorAnalysis(4, Confusion((word, "other"), ((1, 2), (0, 3))), mistakes)


def curve() -> tuple[Measurement, ...]:
    return tuple(
        Measurement(step, step / 3, {"accuracy": step / 9, "loss": 1 / step}, float(step))
        for step in range(1, 10)
    )
