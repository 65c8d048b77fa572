"""Where in the expanded space a node stands: in which repeats, and under which draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from automl.core.distributions import Value

# Stands in a node's name for the number of the repeat it is in: "conv.#.filters".
REPEAT = "#"


@dataclass(frozen=True)
class Scope:
    """The way from the root of the tree to a node.

    Args:
        repeats: Which repeat of each stage on the way, from 1, the outermost first.
        when: The draws on the way, each with the values that lead here.
    """

    repeats: tuple[int, ...] = ()
    when: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def name(self, pattern: str) -> str:
        """A node's name here: ``conv.#.filters`` in the second repeat is ``conv.2.filters``."""
        for number in self.repeats:
            pattern = pattern.replace(REPEAT, str(number), 1)
        return pattern

    def repeat(self, number: int) -> Scope:
        """The scope inside a stage's repeat ``number``."""
        return replace(self, repeats=(*self.repeats, number))

    def under(self, name: str, values: tuple[Value, ...]) -> Scope:
        """The scope of what exists only when ``name`` is drawn as one of ``values``."""
        return replace(self, when={**self.when, name: values})
