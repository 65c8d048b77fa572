"""From finalists to a final model, with trainings that end as a test likes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from automl.core.final import Estimate
from automl.core.records import TrialRecord
from automl.core.trial import Config, Measurement, Status, TrialResult, TrialSpec
from automl.data.dataset import Dataset
from automl.data.source import load_dataset
from automl.finalizing.finalizer import Finalizer, FinalTraining, ModelLimits, RaceRules
from automl.finalizing.ranking import MeanScore, RankingObjective
from automl.finalizing.refits import Refit, Refits
from automl.store import WEIGHTS, Store

VALUES = {3: 0.9, 5: 0.8, 8: 0.7}
TRIALS = [TrialRecord(number, "complete", 0.9, {}, num_parameters=9) for number in VALUES]
SEEDS = (11, 12, 13)
NO_LIMITS = ModelLimits()


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits", "images", {}, 0, print)


class FakeRefits(Refits):
    """Refits without a study: the number of the trial is in the configuration."""

    def _spec(self, number: int, trial: int, seed: int, folder: Path) -> TrialSpec:
        config = Config((), {"trial": trial})
        return TrialSpec(number, config, seed, 1, "accuracy", True, str(folder))

    def anneals(self, trial: int) -> bool:
        return True


class Race:
    """Runs a finalizer.

    Args:
        folder: Folder of the trainings.
        data: Data that they are trained on.
        most: Most trainings that there is time for.
        limits: What the final model may cost.
        status: Function that gives the status of a training.
    """

    def __init__(
        self,
        folder: Path,
        data: Dataset,
        *,
        most: int = 99,
        limits: ModelLimits = NO_LIMITS,
        status: Callable[[Refit], Status] = lambda fit: Status.COMPLETE,
    ) -> None:
        self._folder, self._data, self._status = folder, data, status
        self._limits, self._left = limits, most
        self.totals: list[int] = []
        self.said: list[str] = []

    def run(self, interrupted: bool = False) -> FinalTraining | None:
        refits = FakeRefits(Store(self._folder).study("s"), lambda config: self._data)
        rules = RaceRules(RankingObjective("accuracy", True), SEEDS, 2, limits=self._limits)
        finalizer = Finalizer(
            refits, self._train, self._measure, rules, lambda: interrupted, self.said.append
        )
        return finalizer.run(TRIALS)

    def _train(self, fits: Sequence[Refit], steps: int, later: int, alone: int = 0) -> bool:
        ended = len(list(self._folder.rglob("result.json")))
        self.totals.append(ended + len(fits) + later + alone)
        for fit in fits[: self._left]:
            fit.begin()
            value = VALUES[fit.spec.config.training["trial"]]
            save_file({"weight": np.zeros(1, np.float32)}, fit.folder / WEIGHTS)
            steps_taken = tuple(Measurement(at, at / 2, {"accuracy": value}, 1) for at in (1, 2))
            fit.end(TrialResult(0, self._status(fit), steps_taken, value, reason="fate"))
        self._left -= len(fits)
        return self._left >= 0

    @staticmethod
    def _measure(fits: Sequence[Refit]) -> MeanScore:
        value = VALUES[fits[0].spec.config.training["trial"]]
        return MeanScore(Estimate("accuracy", value), 0.01)


def made(found: FinalTraining | None) -> tuple[int, list[int]]:
    assert found is not None
    return found.chosen.trial, [each.spec.seed for each in found.fits]


def test_the_refits_of_the_best_are_the_model_after_five_trainings(
    tmp_path: Path, digits: Dataset
) -> None:
    race = Race(tmp_path, digits)
    assert made(race.run()) == (3, [11, 12, 13])
    assert race.totals == [7, 5]  # at most, and then as many as it takes


def test_a_single_one_is_another_training_on_all_data(tmp_path: Path, digits: Dataset) -> None:
    race = Race(tmp_path, digits, limits=ModelLimits(most={"parameters": 20}))
    found = race.run()
    assert made(found) == (3, [11])
    assert found is not None
    assert found.single_because == "since the average of 3 would take 27 parameters"
    assert len(found.fits[0].data.train) == len(digits.train) + len(digits.validation)
    assert len(found.fits[0].spec.guide or ()) == 2  # the schedule anneals
    assert race.totals == [8, 6, 6]


@pytest.mark.parametrize(("most", "seeds"), [(1, [11]), (3, [11]), (4, [11, 12])])
def test_when_the_time_is_up_the_model_is_made_of_what_ended(
    most: int, seeds: list[int], tmp_path: Path, digits: Dataset
) -> None:
    race = Race(tmp_path, digits, most=most)
    assert made(race.run()) == (3, seeds)
    late = [f"trial {each} is out" for each in (5, 8)] if most == 1 else []
    assert [said.partition(" of the")[0] for said in race.said] == late


def test_a_single_one_that_there_was_no_time_for_is_a_refit(
    tmp_path: Path, digits: Dataset
) -> None:
    found = Race(tmp_path, digits, most=5, limits=ModelLimits(single=True)).run()
    assert made(found) == (3, [11])
    assert found is not None
    assert not found.single_because


def test_without_a_refit_or_when_it_is_interrupted_there_is_none(
    tmp_path: Path, digits: Dataset
) -> None:
    assert Race(tmp_path / "late", digits, most=0).run() is None
    assert Race(tmp_path / "stopped", digits, most=2).run(interrupted=True) is None


def test_a_leader_that_fails_later_is_out_and_the_next_goes_on(
    tmp_path: Path, digits: Dataset
) -> None:
    def status(fit: Refit) -> Status:
        failed = fit.spec.config.training["trial"] == 3 and fit.spec.seed == 13
        return Status.DIVERGED if failed else Status.COMPLETE

    race = Race(tmp_path, digits, status=status)
    assert made(race.run()) == (5, [11, 12, 13])
    assert race.said == ["trial 3 is out of the final choice: diverged: fate"]
