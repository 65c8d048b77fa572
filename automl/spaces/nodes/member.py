"""A member of a family by its name, with its options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from automl.core.distributions import Parameter, Suggest
from automl.spaces.nodes.scope import Scope
from automl.spaces.nodes.settings import Settings


@dataclass(frozen=True)
class Member:
    """A layer, an optimizer, an augmentation: ``{name: options}``."""

    name: str
    settings: Settings

    def sample(self, suggest: Suggest, scope: Scope) -> dict[str, Any]:
        """``{name: options}`` with every option."""
        return {self.name: self.settings.sample(suggest, scope)}

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """Those of the options."""
        return self.settings.parameters(scope)

    def size(self, repeats: int) -> int:
        """That of the options."""
        return self.settings.size(repeats)
