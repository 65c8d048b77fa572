"""No pruning."""

from __future__ import annotations

from optuna.pruners import BasePruner, NopPruner


def make(steps: int) -> BasePruner:
    """Every trial runs to its end."""
    return NopPruner()
