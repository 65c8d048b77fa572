"""An Optuna trial as the space's source of draws."""

from __future__ import annotations

import optuna

from automl.core.distributions import Choices, Distribution, Range, Value


def to_optuna(drawn: Distribution) -> optuna.distributions.BaseDistribution:
    """A distribution of ours as Optuna's."""
    if isinstance(drawn, Choices):
        return optuna.distributions.CategoricalDistribution(drawn.values)
    if drawn.is_int:
        return optuna.distributions.IntDistribution(
            int(drawn.low), int(drawn.high), drawn.log, int(drawn.step or 1)
        )
    return optuna.distributions.FloatDistribution(drawn.low, drawn.high, drawn.log, drawn.step)


class TrialSuggest:
    """Draws values from an Optuna trial; what a resumed trial has drawn already stays."""

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
