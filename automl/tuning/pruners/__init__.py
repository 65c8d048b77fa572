"""When a weak trial is stopped early: one file a pruner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from optuna.pruners import BasePruner


class MakePruner(Protocol):
    """Makes an Optuna pruner."""

    def __call__(self, steps: int) -> BasePruner:
        """A pruner of trials of up to ``steps`` reporting steps (>= 1)."""
