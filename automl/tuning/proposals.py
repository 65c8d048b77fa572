"""Proposals: trials that Optuna suggests and that are worth a worker.

A configuration that cannot be built or was trained before never reaches a worker: Optuna is told at
once, and asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import optuna

from automl.core.distributions import Choices, Distribution, Range, Value
from automl.core.errors import Infeasible
from automl.core.objectives import NetworkProfile
from automl.core.records import TrialRecord
from automl.core.trial import Config, Status
from automl.tuning.context import DrawableSpace
from automl.tuning.study import SharedStudy
from automl.tuning.trial_records import has_begun, note_begin

# Consecutive rejected proposals after which the space counts as exhausted.
MAX_WASTED = 200


@dataclass(frozen=True)
class Proposal:
    """A trial that can go to a worker.

    Args:
        trial: The Optuna trial.
        config: Its configuration.
        profile: Size and cost of its network.
        resumed: Whether the trial began earlier and has waited since.
    """

    trial: optuna.Trial
    config: Config
    profile: NetworkProfile
    resumed: bool = False

    @property
    def number(self) -> int:
        """Number of the trial in its study."""
        return self.trial.number

    @property
    def ended(self) -> Status | None:
        """How the trial ended, if its process died before it could tell Optuna; else None."""
        facts = self.trial.user_attrs if self.resumed else {}
        noted = facts.get("status", Status.PAUSED.value)
        lacks_value = noted == Status.COMPLETE.value and "value" not in facts  # damaged journal
        return None if noted == Status.PAUSED.value or lacks_value else Status(noted)


class Proposals:
    """Asks Optuna for trials, and tells it at once of those that need no worker.

    Args:
        study: Study that trials are asked of.
        space: Search space that configurations are drawn from.
        inspect: Function that profiles a configuration's network without a device; raises
            Infeasible.
        on_waste: Function that is given each trial that needed no worker.
    """

    def __init__(
        self,
        study: SharedStudy,
        space: DrawableSpace,
        inspect: Callable[[Config], NetworkProfile],
        on_waste: Callable[[TrialRecord], None],
    ) -> None:
        self._study, self._space, self._inspect = study, space, inspect
        self._on_waste = on_waste

    def next(self) -> Proposal | None:
        """The next proposal, noted as begun; None when the space is exhausted."""
        for _ in range(MAX_WASTED):
            trial = self._study.ask()
            proposed = self._propose(trial)
            if isinstance(proposed, Proposal):
                return proposed
            self._on_waste(proposed)
        return None

    def _propose(self, trial: optuna.Trial) -> Proposal | TrialRecord:
        try:
            config = self._space.sample(TrialSuggest(trial))
            profile = self._inspect(config)
        except Infeasible as error:
            return self._study.reject(trial, error.reason, error.violation)
        if has_begun(trial):
            return Proposal(trial, config, profile, resumed=True)
        twin = self._study.state.twin(trial.number, config)
        if twin is not None:
            return self._study.repeat(trial, twin)
        note_begin(trial, config, profile.num_parameters, profile.flops)
        return Proposal(trial, config, profile)


class TrialSuggest:
    """Draws values from an Optuna trial; a resumed trial keeps the values it has."""

    def __init__(self, trial: optuna.Trial) -> None:
        self._trial = trial

    def __call__(self, name: str, distribution: Distribution) -> Value:
        """The trial's value of one parameter."""
        trial = self._trial
        if isinstance(distribution, Choices):
            value: Value = trial.suggest_categorical(name, distribution.values)
            return value
        return _number(trial, name, distribution)


def _number(trial: optuna.Trial, name: str, drawn: Range) -> Value:
    if drawn.is_int:
        low, high, step = int(drawn.low), int(drawn.high), int(drawn.step or 1)
        return trial.suggest_int(name, low, high, step=step, log=drawn.log)
    return trial.suggest_float(name, drawn.low, drawn.high, step=drawn.step, log=drawn.log)
