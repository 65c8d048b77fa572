"""Pruners: when a weak trial is stopped early, and by which rule."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import numpy as np
import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.text import value
from automl.core.trial import Measurement
from automl.tuning.optuna_private import bracket_of, completed_rungs, quiet_optuna
from automl.tuning.rungs import (
    FACTOR,
    FEWEST_AT_RUNG,
    RungPosition,
    RungTable,
    note_rungs,
    rungs_at,
)

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

    def note(
        self, trial: optuna.Trial, measurement: Measurement, share: float, epochs: float
    ) -> None:
        """Note what it needs to know of a report beside its value; nothing, as a rule.

        Args:
            trial: The trial.
            measurement: What it has measured now.
            share: The optimiser steps so far, as a share of those of a usual training.
            epochs: Epochs of the whole training of this trial.
        """

    def rung(self, study: optuna.Study, trial: FrozenTrial) -> int:
        """The rung that a trial that ``prune`` stops is held at, from 1; 0 if it is not held."""
        return 0

    def table(self, study: optuna.Study) -> RungTable | None:
        """The trials at each rung, if it holds any there."""
        return None

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


class Asha(Pruner):
    """Successive halving that waits for nobody; of several objectives by their fronts.

    At each rung the third with the smallest validation losses goes on. The others are held, and go
    on later, before new trials begin, if so many have come since that they belong to that third.
    The first few trials that come to a rung all go on.

    Source: Li et al., "A System for Massively Parallel Hyperparameter Tuning" (MLSys 2020). There
    every trial waits at a rung until it is promoted; here one that is good enough goes on at once.

    Args:
        steps: Reporting steps of a full trial; the rungs do not depend on it.
        fewest: Number of trials that must have come to a rung before any is stopped there.
    """

    several_objectives = True

    def __init__(self, steps: int, fewest: int = FEWEST_AT_RUNG) -> None:
        self._fewest = fewest

    def note(
        self, trial: optuna.Trial, measurement: Measurement, share: float, epochs: float
    ) -> None:
        """Note the loss at the rungs that the trial has just come to."""
        note_rungs(trial, measurement, share, epochs)

    def table(self, study: optuna.Study) -> RungTable:
        """The trials at each rung."""
        costs = (study.metric_names or [])[1:]
        return RungTable(study.get_trials(deepcopy=False), costs, self._fewest)

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """Whether a trial is too weak for a rung that it has just come to."""
        return self._weak(study, trial) is not None

    def rung(self, study: optuna.Study, trial: FrozenTrial) -> int:
        """The rung that a trial was too weak for."""
        weak = self._weak(study, trial)
        return weak.rung if weak else 0

    def explain(self, study: optuna.Study, trial: FrozenTrial) -> str:
        """The rung, and its threshold or who is better."""
        return str(self._weak(study, trial))

    def _weak(self, study: optuna.Study, trial: FrozenTrial) -> RungPosition | None:
        return self.table(study).weakest(trial) if rungs_at(trial) else None


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
