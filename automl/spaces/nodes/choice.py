"""A choice between subtrees: what lies under a branch exists only when it is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import comb
from typing import Any

from automl.core.distributions import Choices, Parameter, Suggest
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.scope import Scope


@dataclass(frozen=True)
class Choice:
    """One of several branches.

    Args:
        name: The parameter that says which, as in `Draw`.
        branches: What each of its values stands for.
        shared: All repeats of the stage take the same branch.
    """

    name: str
    branches: Mapping[str, Node]
    shared: bool = False

    def sample(self, suggest: Suggest, scope: Scope) -> Any:
        """What the branch drawn turns out to be; nothing of the others is drawn."""
        taken = suggest(scope.name(self.name), self._distribution)
        return self.branches[str(taken)].sample(suggest, scope)

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The branch, then what each may draw."""
        name = scope.name(self.name)
        yield Parameter(name, self._distribution, scope.when)
        for branch, node in self.branches.items():
            yield from node.parameters(scope.under(name, (branch,)))

    def size(self, repeats: int) -> int:
        """The ways of all branches together.

        Where each repeat takes its own branch, ``ways[n]`` are those in which the branches seen so
        far are taken by n repeats: any k of the n may take the branch at hand.
        """
        if self.shared:
            return sum(node.size(repeats) for node in self.branches.values()) if repeats else 1
        ways = [1] + [0] * repeats
        for node in self.branches.values():
            own = [node.size(count) for count in range(repeats + 1)]
            ways = [
                sum(comb(total, k) * own[k] * ways[total - k] for k in range(total + 1))
                for total in range(repeats + 1)
            ]
        return ways[repeats]

    @property
    def _distribution(self) -> Choices:
        return Choices(tuple(self.branches))
