"""A space in words, for those who print it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from automl.core.distributions import Choices, Parameter, Value
from automl.spaces import domain
from automl.spaces.space import SearchSpace


@dataclass(frozen=True)
class ParameterInWords:
    """One thing a space may draw.

    Args:
        name: Its name: ``conv.1.filters``.
        values: What it is drawn from: ``16 | 32 | 64``, ``0.0001 … 0.01 (log)``.
        when: When it is drawn: ``optimizer is adamw``; empty if always.
        baseline: Its value in the first trial.
    """

    name: str
    values: str
    when: str
    baseline: str


@dataclass(frozen=True)
class Description:
    """A search space in plain values.

    Args:
        source: The file as the user named it.
        tasks: Names of the tasks; of several the data decides.
        data: Name or path of the dataset.
        metric: The objective; empty for the task's own.
        constraints: Any of ``COSTS`` -> the most a network may have.
        minimize: Those of ``COSTS`` that are to be small as well.
        trials: How many trials a study has in all.
        sampler: How values are drawn.
        pruner: How weak trials are stopped.
        epochs: Full length of a training.
        parameters: Everything the space may draw.
        size: How many configurations there are; infinite where a value is continuous.
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
    epochs: int
    parameters: tuple[ParameterInWords, ...]
    size: float


def describe(space: SearchSpace) -> Description:
    """Put ``space`` in words."""
    baseline = space.baseline()
    return Description(
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
    shown = f"{baseline:.4g}" if isinstance(baseline, float) else domain.words(Choices((baseline,)))
    values = domain.words(parameter.distribution)
    return ParameterInWords(parameter.name, values, " and ".join(conditions), shown)
