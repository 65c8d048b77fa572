"""A value that is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from automl.core.distributions import Distribution, Parameter, Suggest, Value
from automl.spaces import domain
from automl.spaces.nodes.scope import Scope


@dataclass(frozen=True)
class Draw:
    """A value drawn from a distribution.

    Args:
        name: The parameter's name, with `REPEAT` for the numbers of the repeats it differs in.
        distribution: What it is drawn from.
        shared: All repeats of the stage have the same draw.
        grow: What a shared draw is multiplied by from one repeat to the next.
    """

    name: str
    distribution: Distribution
    shared: bool = False
    grow: float | None = None

    def sample(self, suggest: Suggest, scope: Scope) -> Value:
        """The value in this repeat; a grown int is rounded."""
        value = suggest(scope.name(self.name), self.distribution)
        if self.grow is None or not isinstance(value, (int, float)):
            return value
        grown = value * self.grow ** (scope.repeats[-1] - 1)
        return round(grown) if isinstance(value, int) else grown

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """Itself."""
        yield Parameter(scope.name(self.name), self.distribution, scope.when)

    def size(self, repeats: int) -> int:
        """The number of values, for every repeat anew unless they are shared."""
        count = domain.count(self.distribution) or 1
        ways: int = count ** (min(repeats, 1) if self.shared else repeats)
        return ways
