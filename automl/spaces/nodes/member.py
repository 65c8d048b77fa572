"""A member of a family by its name, with its options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from automl.core.distributions import Parameter, Suggest
from automl.core.options import Idle
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

    def sample_among(self, suggest: Suggest, scope: Scope) -> tuple[dict[str, Any], ...]:
        """The same as a part of a list, which is none where it does nothing."""
        settings = self.settings.resolve(suggest, scope)
        if isinstance(settings, Idle) and settings.does_nothing:
            return ()
        return ({self.name: settings.model_dump(mode="json")},)

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """Those of the options."""
        return self.settings.parameters(scope)

    def size(self, repeats: int) -> int:
        """That of the options."""
        return self.settings.size(repeats)
