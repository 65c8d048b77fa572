"""Every pruner stops a hopeless trial among good ones, and never the best."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest

from automl.tuning import PRUNERS
from automl.tuning.storage import open_storage
from automl.tuning.study import Study

STEPS = 10
PATIENT = ("none",)
GOOD = (0.80, 0.82, 0.84, 0.86, 0.88, 0.9)


def rising(top: float, step: int) -> float:
    return top * step / (step + 1)


def follow(trial: optuna.Trial, top: float) -> bool:
    """Report a whole curve; whether the pruner stopped it."""
    for step in range(1, STEPS + 1):
        trial.report(rising(top, step), step)
        if trial.should_prune():
            return True
    return False


def make_study(name: str, folder: Path) -> optuna.Study:
    sampler = optuna.samplers.RandomSampler(seed=0)
    storage = open_storage(folder / "studies.journal")
    Study.create(storage, name, "accuracy", True, sampler, PRUNERS[name](STEPS), folder / "lock")
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
