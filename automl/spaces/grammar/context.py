"""What a reader knows: the vocabulary, where in the space it is, which names are taken."""

from __future__ import annotations

from dataclasses import dataclass, replace

from automl.spaces.nodes.scope import REPEAT
from automl.spaces.problems import Problems
from automl.spaces.vocabulary import Vocabulary


@dataclass(frozen=True)
class Context:
    """Handed down while a space is read.

    Args:
        vocabulary: What is validated against.
        problems: Where to say what is wrong.
        taken: The names that are given away, of the whole space.
        each: The path before the name of what every repeat draws anew: ``conv.#.``.
        once: The path before the name of what all repeats share: ``conv.``.
        repeats: How often at most what is read here comes in one network.
    """

    vocabulary: Vocabulary
    problems: Problems
    taken: set[str]
    each: str = ""
    once: str = ""
    repeats: int = 1

    @property
    def in_stage(self) -> bool:
        """Whether there are repeats that could share a draw."""
        return self.each != self.once

    def claim(self, name: str, shared: bool = False) -> str:
        """The full name of a new parameter: of two alike, the later in the file gets ``_2``.

        Everything that may be drawn has its name from reading, so names do not depend on draws.
        """
        wanted = claimed = (self.once if shared else self.each) + name
        number = 2
        while claimed in self.taken:
            claimed = f"{wanted}_{number}"
            number += 1
        self.taken.add(claimed)
        return claimed

    def inside(self, name: str) -> Context:
        """The context of what is named by a path through ``name``."""
        return replace(self, each=f"{self.each}{name}.", once=f"{self.once}{name}.")

    def repeated(self, stage: str, most: int) -> Context:
        """The context inside a stage that repeats up to ``most`` times."""
        once = f"{self.each}{stage}."
        return replace(self, each=f"{once}{REPEAT}.", once=once, repeats=self.repeats * most)
