"""Successive halving, asynchronous (ASHA) and in brackets (Hyperband): the better third goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import optuna
from optuna.pruners import HyperbandPruner, SuccessiveHalvingPruner
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from automl.core.objectives import Point, dominates, fronts
from automl.core.text import count, value
from automl.tuning.optuna_private import bracket_of, completed_rungs, quiet_optuna
from automl.tuning.pruners import Pruner
from automl.tuning.trial_records import costs_of

# One in so many trials goes on from each rung.
FACTOR = 3
# No trial is stopped at a rung before so many have come to it: one of two or three says nothing,
# and a search of a few trials would end with its baseline alone.
FEWEST_AT_RUNG = 4
# So many of the trials that dominate one are named.
NAMED = 3


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


class Asha(SuccessiveHalvingPruner, Pruner):
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


class Hyperband(HyperbandPruner, Pruner):
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
