"""A part of a sequence that is repeated, as often as a draw says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from automl.core.distributions import Parameter, Suggest
from automl.spaces import domain
from automl.spaces.nodes.draw import Draw
from automl.spaces.nodes.fixed import Fixed
from automl.spaces.nodes.scope import Scope
from automl.spaces.nodes.sequence import Sequence


@dataclass(frozen=True)
class Stage:
    """A sequence and how often it comes."""

    repeat: Fixed | Draw
    body: Sequence

    @property
    def counts(self) -> tuple[int, ...]:
        """Every number of repeats there can be."""
        if isinstance(self.repeat, Fixed):
            return (self.repeat.value,)
        return tuple(
            each for each in domain.values(self.repeat.distribution) if isinstance(each, int)
        )

    def sample(self, suggest: Suggest, scope: Scope) -> tuple[Any, ...]:
        """The repeats, one after the other."""
        count: Any = self.repeat.sample(suggest, scope)
        repeats = (self.body.sample(suggest, scope.repeat(each + 1)) for each in range(count))
        return tuple(one for repeat in repeats for one in repeat)

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The number of repeats, then what each repeat there can be may draw."""
        yield from self.repeat.parameters(scope)
        counts = self.counts
        for number in range(1, max(counts) + 1):
            inside = scope.repeat(number)
            enough = tuple(count for count in counts if count >= number)
            if isinstance(self.repeat, Draw) and enough != counts:
                inside = inside.under(scope.name(self.repeat.name), enough)
            yield from self.body.parameters(inside)

    def size(self, repeats: int) -> int:
        """The ways of each number of repeats, together."""
        ways = [self.body.size(count) for count in self.counts]
        if isinstance(self.repeat, Draw) and self.repeat.shared:
            return sum(each**repeats for each in ways) if repeats else 1
        return int(sum(ways) ** repeats)
