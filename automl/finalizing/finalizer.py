"""From finalists to the weights of the final model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from automl.core.errors import StudyError
from automl.core.final import Finalist
from automl.core.records import TrialRecord
from automl.core.trial import Status, TrialResult
from automl.finalizing.ranking import (
    Ranking,
    RankingObjective,
    drop,
    judge_finalist,
    rank_finalists,
)
from automl.finalizing.refits import Refit, Refits, guide_of

# Runs trainings with a number of steps each, and says whether all have ended.
RunFits = Callable[[Sequence[Refit], int], bool]
# Results of the refits of each finalist, in the order of the seeds.
Results = Mapping[int, Sequence[TrialResult]]


class NoFinalModel(StudyError):
    """None of the finalists could be trained again."""


@dataclass(frozen=True)
class FinalTraining:
    """The final model's training, and the ranking that led to it.

    Args:
        ranking: Ranking of the finalists.
        chosen: Finalist that was chosen.
        fit: Training on train and validation together.
        result: Result of that training, which is complete.
    """

    ranking: Ranking
    chosen: Finalist
    fit: Refit
    result: TrialResult


class Finalizer:
    """Refits finalists, chooses one and trains it on train and validation together.

    Args:
        fits: Factory of the trainings.
        run_fits: Function that runs trainings of so many steps to their ends; it returns False if
            they were stopped.
        objective: Objective that ranks finalists.
        seeds: Seeds of the refits; the last training has the first of them.
        steps: Reporting steps of a full training.
        tell: Function that is told of each finalist that is out, and why.
    """

    def __init__(
        self,
        fits: Refits,
        run_fits: RunFits,
        objective: RankingObjective,
        seeds: Sequence[int],
        steps: int,
        tell: Callable[[str], None],
    ) -> None:
        self._fits, self._run_fits, self._objective = fits, run_fits, objective
        self._seeds, self._steps, self._tell = seeds, steps, tell

    def run(self, finalists: Sequence[TrialRecord]) -> FinalTraining | None:
        """Train the final model; None if that was stopped.

        Raises:
            NoFinalModel: if all finalists are out; says why.
            StudyError: if the disk has no room for a training.
        """
        results = self._refit([each.number for each in finalists])
        if results is None:
            return None
        judged = [judge_finalist(each, results[each.number], self._objective) for each in finalists]
        ranking = rank_finalists(judged, self._objective)
        for out in ranking.finalists:
            if out.reason:
                self._tell(f"trial {out.trial} is out of the final choice: {out.reason}")
        return self._train(ranking, results)

    def _refit(self, trials: Sequence[int]) -> Results | None:
        # Seed by seed, so that an interrupted run has refits of every finalist.
        pairs = [(trial, seed) for seed in self._seeds for trial in trials]
        fits = [self._fits.refit(at, trial, seed) for at, (trial, seed) in enumerate(pairs)]
        if not self._run_fits(fits, self._steps):
            return None
        ended = [fit.result() for fit in fits]
        of_trial = {trial: ended[at :: len(trials)] for at, trial in enumerate(trials)}
        return {trial: [each for each in of if each] for trial, of in of_trial.items()}

    def _train(self, ranking: Ranking, results: Results) -> FinalTraining | None:
        """Train the chosen finalist; if it fails, choose among the others."""
        while (chosen := ranking.chosen) is not None:
            steps = self._steps if self._fits.anneals(chosen.trial) else 0
            guide = guide_of(results[chosen.trial], self._objective, steps)
            number = len(ranking.finalists) * len(self._seeds)
            fit = self._fits.last(number, chosen.trial, self._seeds[0], guide)
            self._run_fits([fit], len(guide))
            result = fit.result()
            if result is None:
                return None
            if result.status is Status.COMPLETE:
                return FinalTraining(ranking, chosen, fit, result)
            out = drop(chosen, result)
            self._tell(f"trial {out.trial} is out of the final choice: {out.reason}")
            left = [out if each is chosen else each for each in ranking.finalists]
            ranking = rank_finalists(left, self._objective)
        reasons = "; ".join(f"trial {each.trial}: {each.reason}" for each in ranking.finalists)
        raise NoFinalModel(
            f"there is no final model: no finalist could be trained again: {reasons}"
        )
