"""The next configuration that is worth a worker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import optuna

from automl.core.distributions import Suggest
from automl.core.errors import Infeasible
from automl.core.inspection import Inspection
from automl.core.records import TrialRecord
from automl.core.trial import Config, Status
from automl.tuning.budget import Budget
from automl.tuning.study import Study
from automl.tuning.suggest import TrialSuggest
from automl.tuning.trial_facts import has_begun, note_begin

# Draws in a row that come to nothing before the search says that the space is used up.
MAX_WASTED = 200


class Space(Protocol):
    """What the search needs of a search space."""

    def sample(self, suggest: Suggest) -> Config:
        """Draw a configuration.

        Raises:
            Infeasible: if what was drawn does not go together.
        """


@dataclass(frozen=True)
class Draft:
    """A trial that can go to a worker.

    Args:
        trial: The trial.
        config: What was drawn.
        inspection: Its network.
        resumed: Whether it was begun before and waited.
    """

    trial: optuna.Trial
    config: Config
    inspection: Inspection
    resumed: bool = False

    @property
    def number(self) -> int:
        """The trial's."""
        return self.trial.number

    @property
    def ended(self) -> Status | None:
        """How it ended already, where its process died before it could tell; else None."""
        noted = self.trial.user_attrs.get("status") if self.resumed else None
        return None if noted in (None, Status.PAUSED.value) else Status(noted)


class Drafts:
    """Asks Optuna for trials, telling it at once of those that need no worker.

    Args:
        study: The study.
        space: What configurations are drawn from.
        inspect: Builds a network without a device; raises Infeasible.
        budget: Refuses networks that would be too slow.
        epochs: Full length of a trial.
        on_waste: Hears of every trial that needed no worker.
    """

    def __init__(
        self,
        study: Study,
        space: Space,
        inspect: Callable[[Config], Inspection],
        budget: Budget,
        epochs: int,
        on_waste: Callable[[TrialRecord], None],
    ) -> None:
        self._study, self._space, self._inspect = study, space, inspect
        self._budget, self._epochs, self._on_waste = budget, epochs, on_waste

    def next(self) -> Draft | None:
        """The next draft, begun, or None when the space has no more to give."""
        for _ in range(MAX_WASTED):
            trial = self._study.ask()
            drafted = self._draft(trial)
            if isinstance(drafted, Draft):
                return drafted
            self._on_waste(drafted)
        return None

    def _draft(self, trial: optuna.Trial) -> Draft | TrialRecord:
        try:
            config = self._space.sample(TrialSuggest(trial))
            inspection = self._inspect(config)
        except Infeasible as error:
            return self._study.ends.reject(trial, error.reason, error.violation)
        if has_begun(trial):
            return Draft(trial, config, inspection, resumed=True)
        twin = self._study.standing.twin(trial.number, config)
        if twin is not None:
            return self._study.ends.repeat(trial, twin)
        slow = self._budget.refuses(inspection.flops, self._epochs)
        if slow:
            return self._study.ends.reject(trial, slow, 1.0)
        note_begin(trial, config, inspection.size, inspection.flops)
        return Draft(trial, config, inspection)
