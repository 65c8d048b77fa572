"""What a search space holds, found by sampling it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from automl.core.errors import Infeasible
from automl.core.objectives import NetworkProfile
from automl.core.trial import Config
from automl.spaces.description import SpaceDescription, describe
from automl.spaces.space import SearchSpace
from automl.spaces.suggest import RandomSuggest

SAMPLES = 1000


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
    """

    space: SpaceDescription
    samples: int
    infeasible: int
    reason: str
    smallest: NetworkProfile | None
    largest: NetworkProfile | None


def check_space(
    space: SearchSpace,
    inspect: Callable[[Config], NetworkProfile],
    progress: Callable[[int, int], None],
    samples: int = SAMPLES,
) -> SpaceCheck:
    """Sample networks of a space and build each without a device.

    Args:
        space: Space to sample, always with the same seeds.
        inspect: Function that builds a network; raises Infeasible.
        progress: Function that is told how many of how many are done.
        samples: Number of networks to sample.
    """
    built: list[NetworkProfile] = []
    reasons: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for seed in range(samples):
        try:
            built.append(inspect(space.sample(RandomSuggest(seed))))
        except Infeasible as error:
            kind = re.sub(r"\d[\d,.]*", "", error.reason)
            reasons[kind] += 1
            examples.setdefault(kind, error.reason)
        progress(seed + 1, samples)
    return SpaceCheck(
        space=describe(space),
        samples=samples,
        infeasible=reasons.total(),
        reason=examples[reasons.most_common(1)[0][0]] if reasons else "",
        smallest=min(built, key=_size, default=None),
        largest=max(built, key=_size, default=None),
    )


def _size(network: NetworkProfile) -> int:
    return network.num_parameters
