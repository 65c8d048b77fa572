"""From finalists to the weights of the final model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from automl.core.errors import StudyError
from automl.core.final import ASKED_FOR, CONTENDERS, MOST_REFITS, NO_REFIT, SEEDS, Finalist
from automl.core.records import TrialRecord, in_words
from automl.core.trial import Status, TrialResult
from automl.finalizing.ranking import (
    NOT_AFFORDED,
    MeanScore,
    Ranking,
    RankingObjective,
    count_starters,
    drop,
    judge_finalist,
    next_refits,
    rank_finalists,
)
from automl.finalizing.refits import Refit, Refits, guide_of

# The mean score of refits of one trial.
MeasureMean = Callable[[Sequence[Refit]], MeanScore]

NO_TIME = "not refitted, since the time was up"


class RunFits(Protocol):
    """Runs trainings."""

    def __call__(self, fits: Sequence[Refit], steps: int, later: int, alone: int = 0) -> bool:
        """Run trainings to their ends.

        Args:
            fits: The trainings.
            steps: Reporting steps of each.
            later: Number of trainings that follow, at most.
            alone: Number of trainings that follow those and run alone, at most.

        Returns:
            Whether all have ended; False if they were stopped or the time is up.
        """


class NoFinalModel(StudyError):
    """None of the finalists could be trained again."""


@dataclass(frozen=True)
class FinalTraining:
    """The trainings of the final model, and the ranking that led to it.

    Args:
        ranking: Ranking of the finalists.
        chosen: Finalist that was chosen.
        fits: Its refits, whose average is the model, or one training on train and validation.
        results: Their results, which are complete.
        single_because: Why it is one training, in words; empty for an average.
    """

    ranking: Ranking
    chosen: Finalist
    fits: tuple[Refit, ...]
    results: tuple[TrialResult, ...]
    single_because: str = ""


@dataclass(frozen=True)
class ModelLimits:
    """What a final model may cost.

    Args:
        single: Whether it is one training in any case.
        minimize: Costs that the search minimizes.
        most: Any of ``COSTS`` -> its maximum.
    """

    single: bool = False
    minimize: tuple[str, ...] = ()
    most: Mapping[str, float] = field(default_factory=dict)

    def forbid(self, trial: TrialRecord, members: int) -> str:
        """Why a model may not be the average of several trainings of a trial; "" if it may."""
        if self.single:
            return ASKED_FOR
        if self.minimize and members > 1:
            return f"since the search minimizes {' and '.join(self.minimize)}"
        for name, most in self.most.items():
            cost = trial.cost(name)
            if cost is not None and cost <= most < members * cost:
                return f"since the average of {members} would take {in_words(name, members * cost)}"
        return ""


@dataclass(frozen=True)
class RaceRules:
    """The rules by which finalists are refitted.

    Args:
        objective: Objective that ranks them.
        seeds: Seeds of the refits; a training on all data has the first of them.
        steps: Reporting steps of a full training.
        most: Most refits in all.
        limits: What the final model may cost.
    """

    objective: RankingObjective
    seeds: Sequence[int]
    steps: int
    most: int = MOST_REFITS
    limits: ModelLimits = ModelLimits()


class Finalizer:
    """Refits finalists, chooses one, and trains it on all data if it may be no average.

    Args:
        fits: Factory of the trainings.
        run_fits: Function that runs trainings.
        measure: Function that gives the mean score of refits of one trial.
        rules: Rules of the race.
        interrupted: Function that says whether to give up; else a training that was stopped is left
            out, since the time is up.
        tell: Function that is told of each finalist that is out, and why.
    """

    def __init__(
        self,
        fits: Refits,
        run_fits: RunFits,
        measure: MeasureMean,
        rules: RaceRules,
        interrupted: Callable[[], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._fits, self._run_fits, self._measure = fits, run_fits, measure
        self._rules, self._interrupted, self._tell = rules, interrupted, tell
        self._refits: dict[tuple[int, int], Refit] = {}  # trial and seed -> its refit
        self._results: dict[tuple[int, int], TrialResult] = {}  # of those that have ended
        self._means: dict[tuple[str, ...], MeanScore] = {}  # names of refits -> their score

    def run(self, trials: Sequence[TrialRecord]) -> FinalTraining | None:
        """Train the final model; None if that was interrupted.

        If the time is up before any refit ends, it is the best trial as the search trained it.

        Args:
            trials: Trials that are the finalists, best first.

        Raises:
            NoFinalModel: if all finalists are out; says why.
            StudyError: if the disk has no room for a training.
        """
        finalists = self._race(trials)
        if finalists is None:
            return None if self._interrupted() else self._without_refit(trials)
        for out in finalists:
            if out.reason and out.reason != NOT_AFFORDED:
                self._tell(f"trial {out.trial} is out of the final choice: {out.reason}")
        return self._train(rank_finalists(finalists, self._rules.objective), trials)

    def _without_refit(self, trials: Sequence[TrialRecord]) -> FinalTraining | None:
        """The best trial as the search trained it; None if no weights are left."""
        for trial in trials:
            fit = self._fits.searched(trial)
            if fit is None or (result := fit.result()) is None:
                continue
            chosen = judge_finalist(trial, [result], partial(self._measure, [fit]))
            others = [each for each in trials if each.number != trial.number]
            out = [
                drop(Finalist(each.number, each.num_parameters or 0), NO_TIME) for each in others
            ]
            return FinalTraining(
                Ranking((chosen, *out), None, chosen), chosen, (fit,), (result,), NO_REFIT
            )
        return None

    def _race(self, trials: Sequence[TrialRecord]) -> list[Finalist] | None:
        """The finalists with their scores; None if the race was interrupted."""
        starters = trials[: count_starters(len(trials), self._rules.most)]
        batch = [(each.number, self._rules.seeds[0]) for each in starters]
        single = [self._rules.limits.forbid(each, len(self._rules.seeds)) for each in starters]
        later = min(self._rules.most - len(batch), CONTENDERS * (SEEDS - 1))
        while True:
            ended = self._refit(batch, later, any(single))
            if not ended and (self._interrupted() or not self._results):
                return None
            finalists = [self._judge(each, each in starters) for each in trials]
            batch = next_refits(
                finalists, self._rules.objective, self._rules.seeds, self._done(), self._rules.most
            )
            if not batch or not ended:
                return finalists
            later = 0

    def _refit(self, batch: Sequence[tuple[int, int]], later: int, one_more: bool) -> bool:
        numbered = enumerate(batch, start=len(self._refits))
        fits = {pair: self._fits.refit(number, *pair) for number, pair in numbered}
        self._refits |= fits
        ended = self._run_fits(tuple(fits.values()), self._rules.steps, later, int(one_more))
        results = {pair: result for pair, fit in fits.items() if (result := fit.result())}
        self._results |= results
        return ended

    def _judge(self, trial: TrialRecord, is_starter: bool) -> Finalist:
        fits, results = self._fits_of(trial.number), self._results_of(trial.number)
        if results:
            return judge_finalist(trial, results, lambda: self._mean(fits))
        reason = NO_TIME if is_starter else NOT_AFFORDED
        return drop(Finalist(trial.number, trial.num_parameters or 0), reason)

    def _mean(self, fits: tuple[Refit, ...]) -> MeanScore:
        names = tuple(each.name for each in fits)
        if names not in self._means:
            self._means[names] = self._measure(fits)
        return self._means[names]

    def _done(self) -> dict[int, list[int]]:
        done: dict[int, list[int]] = {}
        for trial, seed in self._results:
            done.setdefault(trial, []).append(seed)
        return done

    def _results_of(self, trial: int) -> tuple[TrialResult, ...]:
        pairs = [(trial, seed) for seed in self._rules.seeds]
        return tuple(self._results[pair] for pair in pairs if pair in self._results)

    def _fits_of(self, trial: int) -> tuple[Refit, ...]:
        pairs = [(trial, seed) for seed in self._rules.seeds]
        return tuple(self._refits[pair] for pair in pairs if pair in self._results)

    def _train(self, ranking: Ranking, trials: Sequence[TrialRecord]) -> FinalTraining | None:
        """Average the chosen finalist or train it on all data; if it fails, choose another one."""
        records = {each.number: each for each in trials}
        while (chosen := ranking.chosen) is not None:
            results = self._results_of(chosen.trial)
            reason = self._rules.limits.forbid(records[chosen.trial], len(results))
            if not reason:
                return FinalTraining(ranking, chosen, self._fits_of(chosen.trial), results)
            steps = self._rules.steps if self._fits.anneals(chosen.trial) else 0
            guide = guide_of(results, self._rules.objective, steps)
            fit = self._fits.last(len(self._refits), chosen.trial, self._rules.seeds[0], guide)
            self._run_fits([fit], len(guide), 0)
            result = fit.result()
            if result is None and self._interrupted():
                return None
            if result is None:  # the time is up, and a refit of it is there
                fits = self._fits_of(chosen.trial)
                return FinalTraining(ranking, chosen, fits[:1], results[:1])
            if result.status is Status.COMPLETE:
                return FinalTraining(ranking, chosen, (fit,), (result,), reason)
            out = drop(chosen, f"{result.status.value}: {result.reason}")
            self._tell(f"trial {out.trial} is out of the final choice: {out.reason}")
            left = [out if each is chosen else each for each in ranking.finalists]
            ranking = rank_finalists(left, self._rules.objective)
        reasons = "; ".join(f"trial {each.trial}: {each.reason}" for each in ranking.finalists)
        raise NoFinalModel(
            f"there is no final model: no finalist could be trained again: {reasons}"
        )
