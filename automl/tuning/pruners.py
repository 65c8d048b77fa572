"""Pruners: when a weak trial is stopped early, and by which rule."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.records import Point, dominates, fronts
from automl.core.text import count, value
from automl.tuning.optuna_private import bracket_of, completed_rungs, quiet_optuna
from automl.tuning.trial_records import costs_of

# One in so many trials goes on from each rung.
FACTOR = 3
# No trial is stopped at a rung before so many have come to it: one of two or three says nothing,
# and a search of a few trials would end with its baseline alone.
FEWEST_AT_RUNG = 4
# So many of the trials that dominate one are named.
NAMED = 3
# Of the values of other trials, counted from the better end.
PERCENTILE = 25.0
# Of the p-value of a test.
THRESHOLD = 0.1


class Pruner(optuna.pruners.BasePruner):
    """An Optuna pruner that says why.

    Args:
        steps: Reporting steps of a full trial, at least 1.

    Attributes:
        several_objectives: Whether it can weigh trials by several objectives at once.
    """

    several_objectives: ClassVar[bool] = False

    @abstractmethod
    def __init__(self, steps: int) -> None: ...

    @abstractmethod
    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """Which rule a trial that ``prune`` stops has broken: the rung or step, and the threshold.

        Args:
            study: The study.
            trial: As it is in the storage after ``prune``.
        """


def explain_rung(study: optuna.Study, trial: FrozenTrial, rivals: Iterable[FrozenTrial]) -> str:
    """The rung that a trial was pruned at, and the value it needed to pass it.

    Args:
        study: The study.
        trial: The trial, which Optuna has noted its rungs on.
        rivals: The trials that it competes with, itself among them.
    """
    rung = len(completed_rungs(trial))
    reached = (completed_rungs(each).get(rung - 1) for each in rivals)
    best_first = study.direction == StudyDirection.MAXIMIZE
    values = sorted((each for each in reached if each is not None), reverse=best_first)
    promoted = max(1, len(values) // FACTOR)
    return (
        f"rung {rung} asks for {value(values[promoted - 1])}, "
        f"the best {promoted} of the {len(values)} that came so far"
    )


@dataclass(frozen=True)
class RungPosition:
    """The position of a trial at a rung.

    Args:
        rung: The rung, from 1.
        came: How many trials have come to it so far, this one among them.
        ahead: How many of them are on better fronts.
        dominating: The numbers of those that are better in all objectives at once.
        fewest: Number of trials that must have come before any is stopped.
    """

    rung: int
    came: int
    ahead: int
    dominating: tuple[int, ...]
    fewest: int = FEWEST_AT_RUNG

    @property
    def is_weak(self) -> bool:
        """Whether the trials ahead fill the better third, once enough have come to the rung."""
        return self.came >= self.fewest and self.ahead >= max(1, self.came // FACTOR)

    def __str__(self) -> str:
        named = ", ".join(map(str, self.dominating[:NAMED]))
        more = len(self.dominating) - NAMED
        others = f" and {count(more, 'other')}" if more > 0 else ""
        plural = "" if len(self.dominating) == 1 else "s"
        return (
            f"rung {self.rung}: dominated by trial{plural} {named}{others}; "
            f"{self.ahead} of the {self.came} that came so far are on better fronts"
        )


class FrontHalving:
    """At each rung, the trials on the better fronts continue.

    All that came to the rung so far are sorted into fronts, by what each reported there and by what
    its model costs. A trial is stopped where the trials on better fronts than its own are as many
    as the better third of all; trials of one front go on together. With a single objective this is
    ASHA.

    Source: Schmucker et al., "Multi-objective Asynchronous Successive Halving" (2021), which ranks
    by fronts as well; there a part of a front may go on.

    Args:
        first: The step of the first rung; each other one is at ``FACTOR`` times the step of the
            one before.
        fewest: Number of trials that must have come to a rung before any is stopped there.
    """

    def __init__(self, first: int, fewest: int = FEWEST_AT_RUNG) -> None:
        self._first, self._fewest = first, fewest

    def position(self, study: optuna.Study, trial: FrozenTrial) -> RungPosition | None:
        """The position at the rung that a trial's last report reached; None if it reached none."""
        rung = self._reached(trial)
        if rung is None:
            return None
        step = self._first * FACTOR ** (rung - 1)
        points = {
            each.number: point
            for each in study.get_trials(deepcopy=False)
            if (point := _point(study, each, step)) is not None
        }
        if trial.number not in points:
            return None
        own = points[trial.number]
        on = dict(zip(points, fronts(list(points.values())), strict=True))
        ahead = sum(front < on[trial.number] for front in on.values())
        dominating = tuple(number for number in points if dominates(points[number], own))
        return RungPosition(rung, len(points), ahead, dominating, self._fewest)

    def _reached(self, trial: FrozenTrial) -> int | None:
        """The highest rung that the last report was the first to reach."""
        last = trial.last_step or 0
        before = max((step for step in trial.intermediate_values if step < last), default=0)
        reached, rung, step = None, 1, self._first
        while step <= last:
            reached = rung if step > before else None
            rung, step = rung + 1, step * FACTOR
        return reached


def _point(study: optuna.Study, trial: FrozenTrial, step: int) -> Point | None:
    """A trial's objectives at its first report from a step on, smaller is better."""
    reports = [at for at in trial.intermediate_values if at >= step]
    costs = costs_of(trial, (study.metric_names or [])[1:])
    known = [each for each in costs if each is not None]
    if not reports or len(known) < len(costs):
        return None
    value = trial.intermediate_values[min(reports)]
    return (-value if study.directions[0] == StudyDirection.MAXIMIZE else value, *known)


def _came_to_rung(study: optuna.Study, trial: FrozenTrial) -> int:
    """Number of trials that have come to the rung that a trial is at, this one among them."""
    rungs = [completed_rungs(each) for each in study.get_trials(deepcopy=False)]
    last = len(rungs[trial.number]) - 1
    return sum(last in reached for reached in rungs)


class Asha(optuna.pruners.SuccessiveHalvingPruner, Pruner):
    """Successive halving that waits for nobody; of several objectives by their fronts.

    At a ninth and at a third of a whole trial, the better third goes on. Earlier than that, a curve
    says more about its learning rate than about its end; later than that, little is left to save.
    The first few trials that come to a rung all go on.

    Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020).

    Args:
        steps: Reporting steps of a full trial, at least 1.
        fewest: Number of trials that must have come to a rung before any is stopped there.
    """

    several_objectives = True

    def __init__(self, steps: int, fewest: int = FEWEST_AT_RUNG) -> None:
        first = -(-steps // 9)
        super().__init__(min_resource=first, reduction_factor=FACTOR)
        self._fronts, self._fewest = FrontHalving(first, fewest), fewest

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Whether a trial is too weak for the rung that it came to."""
        if len(study.directions) == 1:
            return super().prune(study, trial) and _came_to_rung(study, trial) >= self._fewest
        position = self._fronts.position(study, trial)
        return position is not None and position.is_weak

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The rung, and its threshold or who is better."""
        if len(study.directions) == 1:
            return explain_rung(study, trial, study.get_trials(deepcopy=False))
        return str(self._fronts.position(study, trial))


class Hyperband(optuna.pruners.HyperbandPruner, Pruner):
    """Brackets of successive halving whose first rungs are at 1, 3, 9 … steps.

    Each trial belongs to one. It must be the study's own pruner: samplers then look at a bracket's
    trials alone.

    Source: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization"
    (JMLR 2018).
    """

    def __init__(self, steps: int) -> None:
        with quiet_optuna():
            super().__init__(min_resource=1, max_resource=steps, reduction_factor=FACTOR)

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The bracket, the rung in it and its threshold."""
        bracket = bracket_of(self, study, trial)
        trials = study.get_trials(deepcopy=False)
        rivals = [each for each in trials if bracket_of(self, study, each) == bracket]
        return f"in bracket {bracket + 1} {explain_rung(study, trial, rivals)}"


def explain_quantile(study: optuna.Study, trial: FrozenTrial, percentile: float, name: str) -> str:
    """The best value of a trial, and the threshold of other trials at its last step.

    Args:
        study: The study.
        trial: The trial.
        percentile: Of the values of whole trials, counted from the better end.
        name: How to call it.
    """
    maximize, step = study.direction == StudyDirection.MAXIMIZE, trial.last_step
    whole = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    values = [t.intermediate_values[step] for t in whole if step in t.intermediate_values]
    asked = np.percentile(values, 100 - percentile if maximize else percentile)
    best = (max if maximize else min)(trial.intermediate_values.values())
    return (
        f"its best so far is {value(best)}, and step {step} asks for {value(asked)}, "
        f"{name} of {len(values)} whole trials"
    )


class Median(optuna.pruners.MedianPruner, Pruner):
    """Stops a trial whose best so far is worse than the median of the others at that step.

    Source: Golovin et al., "Google Vizier: A Service for Black-Box Optimization" (KDD 2017).
    """

    def __init__(self, steps: int) -> None:
        super().__init__(n_startup_trials=5, n_warmup_steps=steps // 10)

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The step and the median there."""
        return explain_quantile(study, trial, 50.0, "the median")


class Percentile(optuna.pruners.PercentilePruner, Pruner):
    """Stops a trial whose best so far is not in the better quarter of the others at that step.

    Source: https://optuna.readthedocs.io, ``optuna.pruners.PercentilePruner``.
    """

    def __init__(self, steps: int) -> None:
        super().__init__(PERCENTILE, n_startup_trials=5, n_warmup_steps=steps // 10)

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The step and the quartile there."""
        return explain_quantile(study, trial, PERCENTILE, "the best quarter")


class Wilcoxon(optuna.pruners.WilcoxonPruner, Pruner):
    """Stops a trial whose curve is, step by step, significantly worse than the best trial's.

    The test pairs equal steps of two trials. It fits here because all trials of a study report
    at the same steps; steps of one curve are not independent, so it prunes late and rarely.

    Source: https://optuna.readthedocs.io, ``optuna.pruners.WilcoxonPruner``.
    """

    def __init__(self, steps: int) -> None:
        with quiet_optuna():
            super().__init__(p_threshold=THRESHOLD, n_startup_steps=min(2, steps))

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """Whose curve was better, over how many steps, and the threshold of the test."""
        return (
            f"over {len(trial.intermediate_values)} steps its curve is worse than that of trial "
            f"{study.best_trial.number}, the best, with p < {THRESHOLD:g} (signed-rank test)"
        )


class NeverPrune(optuna.pruners.NopPruner, Pruner):
    """Every trial runs to its end."""

    several_objectives = True

    def __init__(self, steps: int) -> None:
        """Nothing depends on ``steps``."""

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """Nothing is ever asked for."""
        return "it was not stopped"
