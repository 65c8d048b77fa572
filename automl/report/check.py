"""What a search space holds, found by sampling it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from automl.core.errors import Infeasible
from automl.core.inspection import Inspection
from automl.core.trial import Config
from automl.spaces.describe import Description, describe
from automl.spaces.random_suggest import RandomSuggest
from automl.spaces.space import SearchSpace

SAMPLES = 1000


@dataclass(frozen=True)
class Check:
    """A space in words, and what networks it holds.

    Args:
        space: Its settings and parameters.
        samples: How many networks were sampled.
        infeasible: How many of them cannot be built, or are over a limit.
        reason: An example of the most frequent reason why; empty if there is none.
        smallest: The one with the fewest weights that can be built, or None if none can.
        largest: The one with the most.
    """

    space: Description
    samples: int
    infeasible: int
    reason: str
    smallest: Inspection | None
    largest: Inspection | None


def check_space(
    space: SearchSpace,
    inspect: Callable[[Config], Inspection],
    progress: Callable[[int, int], None],
    samples: int = SAMPLES,
) -> Check:
    """Sample networks of a space and build each without a device.

    Args:
        space: What is sampled, always with the same seeds.
        inspect: Builds a network; raises Infeasible.
        progress: Hears how many of how many are done.
        samples: How many.
    """
    built: list[Inspection] = []
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
    return Check(
        space=describe(space),
        samples=samples,
        infeasible=reasons.total(),
        reason=examples[reasons.most_common(1)[0][0]] if reasons else "",
        smallest=min(built, key=_size, default=None),
        largest=max(built, key=_size, default=None),
    )


def _size(network: Inspection) -> int:
    return network.size
