"""The rungs of successive halving: where trials meet, how each stands there, and who goes on.

A trial comes to a rung after a share of the optimiser steps that a usual training has. There its
validation loss is noted, which says more about its end than the metric does at that moment. One in
``FACTOR`` goes on; the others are held, and go on later once they belong to the better ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import optuna
from optuna.trial import FrozenTrial

from automl.core.records import Point, dominates, fronts
from automl.core.text import count, value
from automl.core.trial import LOSS, Measurement
from automl.tuning.optuna_private import trial_id
from automl.tuning.trial_records import costs_of

# One in so many trials goes on from each rung.
FACTOR = 3
# No trial is stopped at a rung before so many have come to it: one of two or three says nothing,
# and a search of a few trials would end with its baseline alone.
FEWEST_AT_RUNG = 4
# So many of the trials that dominate one are named.
NAMED = 3
# Where the rungs are, as shares of the steps of a usual training. Earlier than the first, a curve
# says more about its learning rate than about its end; later than the last, little is left to save.
SHARES = (1 / FACTOR**2, 1 / FACTOR)
# Epochs before the first rung, or the same share of a short training.
GRACE_EPOCHS, GRACE_SHARE = 1.0, 1 / FACTOR
# A study holds at most so many trials, for each has a checkpoint on the disk.
MOST_HELD = 8
# A search that is over takes held trials up until so many are complete.
FEWEST_COMPLETE = 3
# Share of its own training after which a trial comes to no rung: little is left to save, and the
# learning rate may be coming down already.
LAST_SHARE = 0.5
# Shares come from divisions.
_ROUNDING = 1e-9
# Trial attribute with the step and the loss at each rung that the trial has come to.
_RUNGS = "automl:rungs"


def note_rungs(trial: optuna.Trial, measurement: Measurement, share: float, epochs: float) -> None:
    """Note the loss of a trial at each rung that it has just come to.

    Args:
        trial: The trial.
        measurement: What it has measured now.
        share: The optimiser steps so far, as a share of those of a usual training.
        epochs: Epochs of the whole training of this trial.
    """
    first = min(GRACE_EPOCHS, GRACE_SHARE * epochs)
    if not first - _ROUNDING <= measurement.epoch <= LAST_SHARE * epochs + _ROUNDING:
        return
    noted = _noted(trial.storage.get_trial(trial_id(trial)))
    passed = [rung for rung, at in enumerate(SHARES, start=1) if share >= at - _ROUNDING]
    news = dict.fromkeys(passed, (measurement.step, measurement.metrics[LOSS]))
    known = {**news, **noted}
    if len(known) > len(noted):
        stored = {str(rung): list(at) for rung, at in known.items()}
        trial.storage.set_trial_system_attr(trial_id(trial), _RUNGS, stored)


def rungs_at(trial: FrozenTrial) -> list[int]:
    """The rungs that the last report of a trial came to, from 1, the lowest first."""
    return sorted(rung for rung, (step, _) in _noted(trial).items() if step == trial.last_step)


def _noted(trial: FrozenTrial) -> dict[int, tuple[int, float]]:
    noted = trial.system_attrs.get(_RUNGS, {})
    return {int(rung): (step, loss) for rung, (step, loss) in noted.items()}


@dataclass(frozen=True)
class RungPosition:
    """The position of a trial at a rung.

    Args:
        rung: The rung, from 1.
        loss: Validation loss of the trial there.
        came: How many trials have come to it so far, this one among them.
        ahead: How many of them are on better fronts; with one objective, have smaller losses.
        dominating: The numbers of those that are better in all objectives at once.
        asked: Largest loss with which a trial goes on, if there is one objective.
        fewest: Number of trials that must have come before any is stopped.
    """

    rung: int
    loss: float
    came: int
    ahead: int
    dominating: tuple[int, ...] = ()
    asked: float | None = None
    fewest: int = FEWEST_AT_RUNG

    @property
    def promoted(self) -> int:
        """Number of trials that go on, of those that came so far."""
        return max(1, self.came // FACTOR)

    @property
    def is_weak(self) -> bool:
        """Whether the trials ahead fill the better third, once enough have come to the rung."""
        return self.came >= self.fewest and self.ahead >= self.promoted

    def is_hopeless(self, most: int) -> bool:
        """Whether it stays weak even if all ``most`` trials of a study come to the rung."""
        return self.ahead >= max(1, most // FACTOR)

    def __str__(self) -> str:
        if self.asked is not None:
            return (
                f"loss {value(self.loss)}, and rung {self.rung} asks for {value(self.asked)}, the "
                f"best {self.promoted} of the {self.came} that came so far"
            )
        named = ", ".join(map(str, self.dominating[:NAMED]))
        more = len(self.dominating) - NAMED
        others = f" and {count(more, 'other')}" if more > 0 else ""
        plural = "" if len(self.dominating) == 1 else "s"
        return (
            f"rung {self.rung}: dominated by trial{plural} {named}{others}; "
            f"{self.ahead} of the {self.came} that came so far are on better fronts"
        )


class RungTable:
    """The trials that have come to each rung so far.

    With several objectives they are sorted into fronts, by their losses and by what their models
    cost; trials of one front go on together.

    Source of the fronts: Schmucker et al., "Multi-objective Asynchronous Successive Halving"
    (2021); there a part of a front may go on.

    Args:
        trials: The trials of the study, in any state.
        costs: Names of the objectives beside the metric.
        fewest: Number of trials that must have come to a rung before any is stopped there.
    """

    def __init__(
        self,
        trials: Iterable[FrozenTrial],
        costs: Sequence[str] = (),
        fewest: int = FEWEST_AT_RUNG,
    ) -> None:
        self._fewest, self._several = fewest, bool(costs)
        self._points: dict[int, dict[int, Point]] = {}
        self._fronts: dict[int, dict[int, int]] = {}
        for trial in trials:
            known = [each for each in costs_of(trial, costs) if each is not None]
            if len(known) == len(costs):
                for rung, (_, loss) in _noted(trial).items():
                    self._points.setdefault(rung, {})[trial.number] = (loss, *known)

    def weakest(self, trial: FrozenTrial) -> RungPosition | None:
        """The position at the lowest rung that a trial's last report is too weak for, or None."""
        found = (self.position(trial.number, rung) for rung in rungs_at(trial))
        return next((each for each in found if each is not None and each.is_weak), None)

    def last(self, trial: FrozenTrial) -> RungPosition | None:
        """The position at the highest rung that a trial's last report came to, or None."""
        found = (self.position(trial.number, rung) for rung in reversed(rungs_at(trial)))
        return next((each for each in found if each is not None), None)

    def position(self, number: int, rung: int) -> RungPosition | None:
        """The position of a trial at a rung; None if it has not come to it."""
        points = self._points.get(rung, {})
        own = points.get(number)
        if own is None:
            return None
        if not self._several:
            return self._by_loss(rung, own[0], [loss for loss, *_ in points.values()])
        if rung not in self._fronts:
            found = fronts(list(points.values()))
            self._fronts[rung] = dict(zip(points, found, strict=True))
        on = self._fronts[rung]
        ahead = sum(front < on[number] for front in on.values())
        dominating = tuple(each for each in points if dominates(points[each], own))
        return RungPosition(rung, own[0], len(points), ahead, dominating, fewest=self._fewest)

    def _by_loss(self, rung: int, own: float, losses: list[float]) -> RungPosition:
        ahead = sum(loss < own for loss in losses)
        found = RungPosition(rung, own, len(losses), ahead, fewest=self._fewest)
        return replace(found, asked=sorted(losses)[found.promoted - 1])


@dataclass(frozen=True)
class HeldTrials:
    """The trials of a study that are held, the first to go on first.

    Those at higher rungs come first, then those with fewer trials ahead.

    Args:
        positions: Number of each trial and its position at its rung.
        most: Number of trials that the study is to have.
    """

    positions: tuple[tuple[int, RungPosition], ...] = ()
    most: int = 1

    @classmethod
    def of(cls, table: RungTable, trials: Iterable[FrozenTrial], most: int) -> HeldTrials:
        """The held ones of ``trials``, as they stand in ``table`` by now."""
        placed = ((each.number, table.weakest(each) or table.last(each)) for each in trials)
        known = [(number, position) for number, position in placed if position is not None]
        known.sort(key=lambda each: (-each[1].rung, each[1].ahead, each[1].loss, each[0]))
        return cls(tuple(known), most)

    @property
    def promotable(self) -> int | None:
        """The trial that goes on before a new one begins; None if all are too weak."""
        strong = (number for number, position in self.positions if not position.is_weak)
        return next(strong, None)

    @property
    def first(self) -> int | None:
        """The trial that goes on if another one must, however weak; None if there is none."""
        return self.positions[0][0] if self.positions else None

    @property
    def superfluous(self) -> tuple[int, ...]:
        """The trials that can never go on, and those beyond the number that is held."""
        last = self.positions[FEWEST_COMPLETE:]
        beyond = self.positions[MOST_HELD:]
        hopeless = (each for each in last if each in beyond or each[1].is_hopeless(self.most))
        return tuple(number for number, _ in hopeless)
