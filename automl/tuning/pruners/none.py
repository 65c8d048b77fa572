"""No pruning."""

from __future__ import annotations

import optuna
from optuna.pruners import NopPruner
from optuna.trial import FrozenTrial

from automl.tuning.pruners import Pruner


class NeverPrune(NopPruner, Pruner):
    """Every trial runs to its end."""

    several_objectives = True

    def __init__(self, steps: int) -> None:
        """Nothing depends on ``steps``."""

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """Nothing is ever asked for."""
        return "it was not stopped"
