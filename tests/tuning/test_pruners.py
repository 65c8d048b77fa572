"""Every pruner stops a hopeless trial among good ones, and never the best."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from plans import PLAN as EPOCHS_10

from automl.core.trial import CONTINUE, Measurement
from automl.tuning import PRUNERS
from automl.tuning.judge import Judge
from automl.tuning.pruners import Pruner
from automl.tuning.storage import open_storage
from automl.tuning.study import create_study
from automl.tuning.time_budget import TimeBudget

PLAN = replace(EPOCHS_10, epochs=20)
STEPS = PLAN.steps
PATIENT = ("none",)
REASONS = {
    "asha": r"^loss 0\.\d{4}, and rung 1 asks for 0\.\d{4}, the best \d of the \d+ that came",
    "hyperband": r"^in bracket \d rung \d asks for 0\.\d{4}, the best \d of the \d+ that",
    "median": r"^its best so far is 0\.\d{4}, and step \d asks for 0\.\d{4}, the median of 6",
    "percentile": r"^its best so far is .* asks for 0\.\d{4}, the best quarter of 6 whole trials$",
    "wilcoxon": r"^over \d+ steps its curve is worse than that of trial 5, the best, with p < 0\.1",
}
GOOD = (0.80, 0.82, 0.84, 0.86, 0.88, 0.9)


def rising(top: float, step: int) -> float:
    return top * step / (step + 1)


def follow(trial: optuna.Trial, top: float) -> bool:
    """Report a whole curve, of a step in an epoch; whether the pruner stopped it."""
    judge = Judge("accuracy", PLAN, TimeBudget(None, finalize=False, slots=1), threading.Event())
    for step in range(1, STEPS + 1):
        value = rising(top, step)
        metrics = {"accuracy": value, "loss": 1 - value}
        if judge(trial, Measurement(step, float(step), metrics, 0.1)) != CONTINUE:
            return True
    return False


def make_study(name: str, folder: Path) -> optuna.Study:
    sampler = optuna.samplers.RandomSampler(seed=0)
    storage = open_storage(folder / "studies.journal")
    create_study(storage, name, "accuracy", True, sampler, PRUNERS[name](STEPS), folder / "lock")
    return optuna.load_study(
        study_name=name, storage=storage, sampler=sampler, pruner=PRUNERS[name](STEPS)
    )


@pytest.mark.parametrize("name", PRUNERS.names)
class TestPruner:
    def test_the_best_trial_runs_to_its_end(self, name: str, tmp_path: Path) -> None:
        study = make_study(name, tmp_path)
        for top in GOOD:  # each better than all before it
            trial = study.ask()
            assert not follow(trial, top)
            study.tell(trial, rising(top, STEPS))

    def test_a_hopeless_trial_is_stopped(self, name: str, tmp_path: Path) -> None:
        study = make_study(name, tmp_path)
        for top in reversed(GOOD):
            trial = study.ask()
            follow(trial, top)
            study.tell(trial, rising(top, STEPS))
        stopped = [follow(study.ask(), 0.1) for _ in range(6)]
        assert any(stopped) == (name not in PATIENT)

    def test_it_says_what_it_asks_for(self, name: str, tmp_path: Path) -> None:
        if name in PATIENT:
            return
        study = make_study(name, tmp_path)
        for top in GOOD:
            trial = study.ask()
            follow(trial, top)
            study.tell(trial, rising(top, STEPS))
        trials = [study.ask() for _ in range(6)]
        stopped = next(trial for trial in trials if follow(trial, 0.1))
        assert isinstance(study.pruner, Pruner)
        reason = study.pruner.explain(study, study.trials[stopped.number])
        assert re.search(REASONS[name], reason)


def test_asha_asks_for_the_value_that_the_better_third_has(tmp_path: Path) -> None:
    """The seventh trial is the first to be too weak for the first rung, at step 3."""
    study = make_study("asha", tmp_path)
    for top in GOOD:
        follow(study.ask(), top)
    assert follow(study.ask(), 0.1)
    assert isinstance(study.pruner, Pruner)
    threshold = 1 - rising(sorted(GOOD)[-2], 3)
    assert study.pruner.explain(study, study.trials[-1]) == (
        f"loss {1 - rising(0.1, 3):.4f}, and rung 1 asks for {threshold:.4f}, "
        "the best 2 of the 7 that came so far"
    )


def test_the_median_is_that_of_the_step(tmp_path: Path) -> None:
    study = make_study("median", tmp_path)
    for top in GOOD:
        trial = study.ask()
        follow(trial, top)
        study.tell(trial, rising(top, STEPS))
    assert follow(study.ask(), 0.1)
    assert isinstance(study.pruner, Pruner)
    median = (rising(0.84, 2) + rising(0.86, 2)) / 2
    assert study.pruner.explain(study, study.trials[-1]) == (
        f"its best so far is {rising(0.1, 2):.4f}, and step 2 asks for {median:.4f}, "
        "the median of 6 whole trials"
    )
