"""A search space in words, to print it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from automl.core.distributions import Choices, Parameter, Value
from automl.core.text import plain
from automl.spaces import domain
from automl.spaces.space import SearchSpace


@dataclass(frozen=True)
class ParameterInWords:
    """A parameter in words.

    Args:
        name: Name of the parameter: ``conv.1.filters``.
        values: Its distribution: ``16 | 32 | 64``, ``0.0001 … 0.01 (log)``.
        when: Condition of being drawn: ``optimizer is adamw``; empty if always.
        baseline: Value in the first trial.
    """

    name: str
    values: str
    when: str
    baseline: str


@dataclass(frozen=True)
class SpaceDescription:
    """A search space in plain values.

    Args:
        source: The file as the user named it.
        tasks: Names of the tasks; if there are several, the data decides.
        data: Name or path of the dataset.
        metric: Metric to optimise; empty for the default of the task.
        constraints: Any of ``COSTS`` -> its maximum.
        minimize: Further objectives from ``COSTS``, to be minimised.
        trials: Number of trials of a study.
        sampler: Name of the sampler.
        pruner: Name of the pruner.
        epochs: Epochs of a full training; ``"auto"`` leaves them to the data.
        parameters: All parameters of the space.
        size: Number of configurations; infinite if a value is continuous.
    """

    source: str
    tasks: tuple[str, ...]
    data: str
    metric: str
    constraints: Mapping[str, float]
    minimize: tuple[str, ...]
    trials: int
    sampler: str
    pruner: str
    epochs: int | Literal["auto"]
    parameters: tuple[ParameterInWords, ...]
    size: float


def describe(space: SearchSpace) -> SpaceDescription:
    """Describe a search space in words."""
    baseline = space.baseline()
    return SpaceDescription(
        source=space.source,
        tasks=space.tasks,
        data=space.data,
        metric=space.objective.metric or "",
        constraints=space.objective.constraints,
        minimize=space.objective.minimize,
        trials=space.search.trials,
        sampler=space.search.sampler,
        pruner=space.search.pruner,
        epochs=space.epochs,
        parameters=tuple(_in_words(each, baseline[each.name]) for each in space.parameters()),
        size=space.size(),
    )


def _in_words(parameter: Parameter, baseline: Value) -> ParameterInWords:
    conditions = (
        f"{name} is {domain.words(Choices(values))}" for name, values in parameter.when.items()
    )
    shown = plain(baseline) if isinstance(baseline, float) else domain.words(Choices((baseline,)))
    values = domain.words(parameter.distribution)
    return ParameterInWords(parameter.name, values, " and ".join(conditions), shown)
