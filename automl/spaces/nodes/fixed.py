"""A value that is not drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from automl.core.distributions import Parameter, Suggest
from automl.spaces.nodes.scope import Scope


@dataclass(frozen=True)
class Fixed:
    """One plain value."""

    value: Any

    def sample(self, suggest: Suggest, scope: Scope) -> Any:
        """The value."""
        return self.value

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """None."""
        return iter(())

    def size(self, repeats: int) -> int:
        """One."""
        return 1
