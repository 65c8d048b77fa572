"""A search space in words, what it holds on some data, and whether it can be searched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, log10
from typing import Literal

from automl.core.distributions import Choices, Parameter, Value
from automl.core.errors import Infeasible
from automl.core.records import NetworkProfile
from automl.core.text import plain
from automl.core.trial import Config
from automl.spaces import domain
from automl.spaces.domain import FixedSuggest, RandomSuggest
from automl.spaces.space import SearchSpace

# Share of the networks that a better limit lets through.
ENOUGH = 0.9

# Profiles the network of a configuration under limits; raises Infeasible.
Inspect = Callable[[Config, Mapping[str, float]], NetworkProfile]


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
        portfolio: Configurations after the baseline, in their order: parameter -> value in words,
            for those that the space names.
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
    portfolio: tuple[Mapping[str, str], ...] = ()


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
        trials=space.search.total(timeout=None),
        sampler=space.search.sampler,
        pruner=space.search.pruner,
        epochs=space.epochs,
        parameters=tuple(_in_words(each, baseline[each.name]) for each in space.parameters()),
        size=space.size(),
        portfolio=tuple(
            {name: _value_in_words(value) for name, value in each.items()} for each in space.starts
        ),
    )


def _in_words(parameter: Parameter, baseline: Value) -> ParameterInWords:
    conditions = (
        f"{name} is {domain.words(Choices(values))}" for name, values in parameter.when.items()
    )
    shown, values = _value_in_words(baseline), domain.words(parameter.distribution)
    return ParameterInWords(parameter.name, values, " and ".join(conditions), shown)


def _value_in_words(value: Value) -> str:
    return plain(value) if isinstance(value, float) else domain.words(Choices((value,)))


@dataclass(frozen=True)
class SpaceCheck:
    """A search space and the networks in it.

    Args:
        space: Description of its settings and parameters.
        samples: Number of networks that were sampled.
        infeasible: Number of these that cannot be built or exceed a limit.
        reason: Example of the most frequent reason; empty if there is none.
        smallest: Feasible network with the fewest parameters, or None if there is none.
        largest: Feasible network with the most parameters.
        baseline: Why the baseline cannot be trained; empty if it can.
        portfolio: The same for each entry of the portfolio.
        limits: Limits that would let most networks through and the baseline, for those of the space
            that do not.
        size: Side in pixels of images for which most networks can be trained and the baseline, if
            the images' own is wrong and another is right; else None.
    """

    space: SpaceDescription
    samples: int
    infeasible: int
    reason: str
    smallest: NetworkProfile | None
    largest: NetworkProfile | None
    baseline: str = ""
    portfolio: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    size: int | None = None

    @property
    def problem(self) -> str:
        """Why the space cannot be searched, in a sentence; "" if it can."""
        if self.baseline:
            return f"the baseline cannot be trained on this data: {self.baseline}"
        if 2 * self.infeasible > self.samples:
            return (
                f"{self.infeasible / self.samples:.0%} of the networks cannot be trained on this "
                f"data, most often like this: {self.reason}"
            )
        return ""

    @property
    def remedies(self) -> tuple[str, ...]:
        """Flags that would mend the problem, each alone."""
        higher = " ".join(
            f"--set objective.constraints.{name}.max={limit}" for name, limit in self.limits.items()
        )
        return tuple(way for way in (f"--size {self.size}" if self.size else "", higher) if way)

    @property
    def advice(self) -> str:
        """What to do about the problem."""
        if self.remedies:
            return f"add {' or '.join(self.remedies)}"
        return "change the space (a shipped one in a copy: automl new NAME --from SPACE)"


def check_space(
    space: SearchSpace,
    inspect: Inspect,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    samples: int,
) -> SpaceCheck:
    """Sample networks of a space and build each without a device.

    Args:
        space: Space to sample, always with the same seeds.
        inspect: Function that builds a network.
        progress: Function that is told how many of how many are done.
        samples: Number of networks to sample.
    """
    sampler = _NetworkSampler(space, inspect)
    baseline = sampler.add(FixedSuggest(space.baseline()))
    built: list[NetworkProfile] = []
    reasons: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for seed in range(samples):
        found = sampler.add(RandomSuggest(seed))
        if isinstance(found, NetworkProfile):
            built.append(found)
        else:
            kind = re.sub(r"\d[\d,.]*", "", found)
            reasons[kind] += 1
            examples.setdefault(kind, found)
        progress(seed + 1, samples)
    return SpaceCheck(
        space=describe(space),
        samples=samples,
        infeasible=reasons.total(),
        reason=examples[reasons.most_common(1)[0][0]] if reasons else "",
        smallest=min(built, key=_size, default=None),
        largest=max(built, key=_size, default=None),
        baseline=baseline if isinstance(baseline, str) else "",
        portfolio=_check_portfolio(space, inspect),
        limits=sampler.better_limits(),
    )


def _check_portfolio(space: SearchSpace, inspect: Inspect) -> tuple[str, ...]:
    sampler = _NetworkSampler(space, inspect)
    found = (sampler.add(FixedSuggest(each)) for each in space.portfolio())
    return tuple(each if isinstance(each, str) else "" for each in found)


class _NetworkSampler:
    """Builds networks of a space, and remembers what those cost that exceed a limit.

    Args:
        space: Space to sample.
        inspect: Function that builds a network.
    """

    def __init__(self, space: SearchSpace, inspect: Inspect) -> None:
        self._space, self._inspect = space, inspect
        self._built: list[NetworkProfile] = []

    def add(self, suggest: FixedSuggest | RandomSuggest) -> NetworkProfile | str:
        """A sampled network, or the reason why it cannot be trained; the baseline comes first."""
        try:
            config = self._space.sample(suggest)
            self._built.append(self._inspect(config, {}))
            return self._inspect(config, self._space.objective.constraints)
        except Infeasible as error:
            return error.reason

    def better_limits(self) -> dict[str, int]:
        """A value for each limit that refuses the baseline or too many of the other networks."""
        better = {}
        for name, limit in self._space.objective.constraints.items():
            costs = [_cost(each, name) for each in self._built]
            wanted = max(_quantile(costs, ENOUGH), costs[0]) if costs else 0
            if wanted > limit:
                better[name] = _rounded_up(wanted)
        return better


def _cost(network: NetworkProfile, name: str) -> int:
    """What a limit is on; 0 for the latency, which only a device knows."""
    return {"parameters": network.num_parameters, "flops": network.flops}.get(name, 0)


def _quantile(values: Sequence[int], share: float) -> int:
    return sorted(values)[ceil(share * len(values)) - 1]


def _rounded_up(value: int) -> int:
    """A number of at least ``value`` with two digits and zeros."""
    unit: int = 10 ** max(int(log10(value)) - 1, 0)
    return ceil(value / unit) * unit


def _size(network: NetworkProfile) -> int:
    return network.num_parameters
