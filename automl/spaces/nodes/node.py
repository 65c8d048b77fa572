"""What every node of a space can do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from automl.core.distributions import Parameter, Suggest
from automl.spaces.nodes.scope import Scope


class Node(Protocol):
    """A part of a space: it can be sampled, listed and counted."""

    def sample(self, suggest: Suggest, scope: Scope) -> Any:
        """One way this can turn out, as JSON values.

        Raises:
            Infeasible: if the values drawn do not go together.
        """

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """Everything this may draw; what a stage's repeats share comes once for each of them."""

    def size(self, repeats: int) -> int:
        """In how many ways so many repeats of the stage around this can turn out.

        What is continuous counts as one value. Outside of stages ``repeats`` is 1.
        """
