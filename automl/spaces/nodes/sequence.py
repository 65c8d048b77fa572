"""Things one after the other: a network's layers, the steps of an augmentation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from automl.core.distributions import Parameter, Suggest
from automl.spaces.nodes.member import Member
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.scope import Scope


@dataclass(frozen=True)
class Item:
    """One thing in a sequence: a layer."""

    member: Member

    def sample(self, suggest: Suggest, scope: Scope) -> tuple[Any, ...]:
        """The thing, as a sequence of one; of none where it does nothing as it is drawn."""
        return self.member.sample_among(suggest, scope)

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """Those of the thing."""
        return self.member.parameters(scope)

    def size(self, repeats: int) -> int:
        """That of the thing."""
        return self.member.size(repeats)


@dataclass(frozen=True)
class Sequence:
    """Items, stages and choices, flattened to one row of things when sampled."""

    parts: tuple[Node, ...]

    def sample(self, suggest: Suggest, scope: Scope) -> tuple[Any, ...]:
        """What all parts turn out to be, in order."""
        return tuple(one for part in self.parts for one in part.sample(suggest, scope))

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """Those of all parts."""
        for part in self.parts:
            yield from part.parameters(scope)

    def size(self, repeats: int) -> int:
        """Every part with every other."""
        return math.prod(part.size(repeats) for part in self.parts)
