"""When a weak trial is stopped early."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import optuna
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial


class Pruner(BasePruner):
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
