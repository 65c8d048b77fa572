"""The nodes of the tree that a search space is: each can be sampled, listed and counted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import comb
from typing import Any, Protocol

from automl.core.distributions import Choices, Distribution, Parameter, Suggest, Value
from automl.spaces import domain

# Stands in a node's name for the number of its repeat: "conv.#.filters".
REPEAT = "#"
# Parameters that something depends on, each with the values for which it exists.
When = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True)
class Scope:
    """A place in the expanded space: the repeats and draws on the way from the root to a node.

    Args:
        repeats: Number of the repeat in each stage on the way, from 1, the outermost first.
        when: Parameters on the way, each with the values that lead here.
    """

    repeats: tuple[int, ...] = ()
    when: When = field(default_factory=dict)

    def name(self, pattern: str) -> str:
        """The name of a node here: ``conv.#.filters`` in repeat 2 is ``conv.2.filters``."""
        for number in self.repeats:
            pattern = pattern.replace(REPEAT, str(number), 1)
        return pattern

    def repeat(self, number: int) -> Scope:
        """The scope inside repeat ``number`` of a stage."""
        return replace(self, repeats=(*self.repeats, number))

    def under(self, name: str, values: tuple[Value, ...]) -> Scope:
        """The scope of nodes that exist only if ``name`` has one of ``values``."""
        return replace(self, when={**self.when, name: values})


class Node(Protocol):
    """A part of a search space."""

    def sample(self, suggest: Suggest, scope: Scope) -> Any:
        """Draw this part of a configuration, as JSON values.

        Args:
            suggest: Draws the values of parameters.
            scope: The place of the node.

        Raises:
            Infeasible: if the drawn values do not go together.
        """

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """All parameters below; one that repeats share comes once for each repeat."""

    def size(self, repeats: int) -> int:
        """Number of configurations of ``repeats`` repeats of the stage around this node.

        A continuous value counts as one. Outside stages, ``repeats`` is 1.
        """


@dataclass(frozen=True)
class FixedNode:
    """A plain value."""

    value: Any

    def sample(self, suggest: Suggest, scope: Scope) -> Any:
        """The value."""
        return self.value

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """No parameters: the value is fixed."""
        return iter(())

    def size(self, repeats: int) -> int:
        """One."""
        return 1


@dataclass(frozen=True)
class DrawNode:
    """A value drawn from a distribution.

    Args:
        name: Name of the parameter, with ``REPEAT`` for the number of each repeat it differs in.
        distribution: Distribution of the value.
        shared: Whether all repeats of the stage share one draw.
        grow: Factor of a shared draw from one repeat to the next, or None.
    """

    name: str
    distribution: Distribution
    shared: bool = False
    grow: float | None = None

    def sample(self, suggest: Suggest, scope: Scope) -> Value:
        """The value in this repeat; an int that grows is rounded."""
        value = suggest(scope.name(self.name), self.distribution)
        if self.grow is None or not isinstance(value, (int, float)):
            return value
        grown = value * self.grow ** (scope.repeats[-1] - 1)
        return round(grown) if isinstance(value, int) else grown

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """Itself."""
        yield Parameter(scope.name(self.name), self.distribution, scope.when)

    def size(self, repeats: int) -> int:
        """Number of values, for each repeat anew unless it is shared."""
        count = domain.count(self.distribution) or 1
        ways: int = count ** (min(repeats, 1) if self.shared else repeats)
        return ways


@dataclass(frozen=True)
class ChoiceNode:
    """One of several branches; the parameters of a branch exist only if it is taken.

    Args:
        name: Name of the parameter that chooses, as in ``DrawNode``.
        branches: Value of that parameter -> branch.
        shared: Whether all repeats of the stage take the same branch.
    """

    name: str
    branches: Mapping[str, Node]
    shared: bool = False

    def sample(self, suggest: Suggest, scope: Scope) -> Any:
        """A draw of the chosen branch; nothing of the others is drawn."""
        taken = suggest(scope.name(self.name), self.distribution)
        return self.branches[str(taken)].sample(suggest, scope)

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The choice, then the parameters of each branch."""
        name = scope.name(self.name)
        yield Parameter(name, self.distribution, scope.when)
        for branch, node in self.branches.items():
            yield from node.parameters(scope.under(name, (branch,)))

    def size(self, repeats: int) -> int:
        """The configurations of all branches together.

        If each repeat takes its own branch, ``ways[n]`` counts those in which n repeats take the
        branches seen so far: any k of the n may take the branch at hand.
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
    def distribution(self) -> Choices:
        """Distribution of the parameter that chooses."""
        return Choices(tuple(self.branches))


@dataclass(frozen=True)
class FollowingNode:
    """One of several branches, for each branch of a choice that stands elsewhere.

    Args:
        choice: The choice.
        branches: Branch of the choice -> branch here.
    """

    choice: ChoiceNode
    branches: Mapping[str, Node]

    def sample(self, suggest: Suggest, scope: Scope) -> Any:
        """A draw of the branch that goes with the one taken there."""
        taken = suggest(self.choice.name, self.choice.distribution)
        return self.branches[str(taken)].sample(suggest, scope)

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The choice, then the parameters of each branch."""
        name = self.choice.name
        yield Parameter(name, self.choice.distribution, scope.when)
        for branch, node in self.branches.items():
            yield from node.parameters(scope.under(name, (branch,)))

    def size(self, repeats: int) -> int:
        """The configurations of the largest branch: the choice itself is counted in its place."""
        return max(node.size(repeats) for node in self.branches.values())


@dataclass(frozen=True)
class ListNode:
    """A list of members, stages and choices; sampling flattens it to members."""

    parts: tuple[Node, ...]

    def sample(self, suggest: Suggest, scope: Scope) -> tuple[Any, ...]:
        """The members of all parts, in order."""
        return tuple(one for part in self.parts for one in part.sample(suggest, scope))

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The parameters of all parts."""
        for part in self.parts:
            yield from part.parameters(scope)

    def size(self, repeats: int) -> int:
        """The product over all parts."""
        return math.prod(part.size(repeats) for part in self.parts)


@dataclass(frozen=True)
class StageNode:
    """A list that is repeated, as often as a draw says.

    Args:
        repeat: Number of repeats.
        body: The repeated list.
    """

    repeat: FixedNode | DrawNode
    body: ListNode

    @property
    def counts(self) -> tuple[int, ...]:
        """All possible numbers of repeats."""
        if isinstance(self.repeat, FixedNode):
            return (self.repeat.value,)
        return tuple(
            each for each in domain.values(self.repeat.distribution) if isinstance(each, int)
        )

    def sample(self, suggest: Suggest, scope: Scope) -> tuple[Any, ...]:
        """The members of all repeats, in order."""
        count: Any = self.repeat.sample(suggest, scope)
        repeats = (self.body.sample(suggest, scope.repeat(each + 1)) for each in range(count))
        return tuple(one for repeat in repeats for one in repeat)

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The number of repeats, then the parameters of each possible repeat."""
        yield from self.repeat.parameters(scope)
        counts = self.counts
        for number in range(1, max(counts) + 1):
            inside = scope.repeat(number)
            enough = tuple(count for count in counts if count >= number)
            if isinstance(self.repeat, DrawNode) and enough != counts:
                inside = inside.under(scope.name(self.repeat.name), enough)
            yield from self.body.parameters(inside)

    def size(self, repeats: int) -> int:
        """The sum over the possible numbers of repeats."""
        ways = [self.body.size(count) for count in self.counts]
        if isinstance(self.repeat, DrawNode) and self.repeat.shared:
            return sum(each**repeats for each in ways) if repeats else 1
        return int(sum(ways) ** repeats)


def list_parameters(parts: Iterable[Node]) -> tuple[Parameter, ...]:
    """All parameters of ``parts``, each once.

    A parameter that repeats share exists if it exists in any of them.
    """
    merged: dict[str, Parameter] = {}
    for part in parts:
        for met in part.parameters(Scope()):
            known = merged.get(met.name)
            merged[met.name] = replace(met, when=_either(known.when, met.when)) if known else met
    return tuple(merged.values())


def _either(one: When, other: When) -> When:
    """The conditions that hold if one of two sets of conditions holds."""
    return {name: _union(one[name], other[name]) for name in one if name in other}


def _union(one: tuple[Value, ...], other: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys((*one, *other)))
