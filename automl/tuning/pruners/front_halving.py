"""Successive halving for several objectives, by Pareto fronts."""

from __future__ import annotations

from dataclasses import dataclass

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from automl.core.pareto import Point, dominates, fronts
from automl.core.text import count
from automl.tuning.pruners.halving import FACTOR
from automl.tuning.trial_records import costs_of

# So many of the trials that dominate one are named.
NAMED = 3


@dataclass(frozen=True)
class RungPosition:
    """The position of a trial at a rung.

    Args:
        rung: The rung, from 1.
        came: How many trials have come to it so far, this one among them.
        ahead: How many of them are on better fronts.
        dominating: The numbers of those that are better in all objectives at once.
    """

    rung: int
    came: int
    ahead: int
    dominating: tuple[int, ...]

    @property
    def is_weak(self) -> bool:
        """Whether the trials ahead fill the better third, which has room for at least one."""
        return self.ahead >= max(1, self.came // FACTOR)

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
    """

    def __init__(self, first: int) -> None:
        self._first = first

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
        return RungPosition(rung, len(points), ahead, dominating)

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
