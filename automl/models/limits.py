"""Limits on a network, checked before it takes a device."""

from __future__ import annotations

from collections.abc import Mapping

from automl.core.errors import Infeasible, UnknownName
from automl.core.registry import nearest
from automl.models.summary import NetworkSummary

LIMITS = ("parameters", "flops")


def check_limits(summary: NetworkSummary, constraints: Mapping[str, float]) -> None:
    """Check a network against its space's constraints.

    Args:
        summary: Of the network.
        constraints: Any of ``LIMITS`` -> the largest value allowed, above 0.

    Raises:
        UnknownName: if a constraint is none of ``LIMITS``.
        Infeasible: if the network is over a limit; of several, the one it is over the most.
    """
    excess = {name: _value(summary, name) / limit - 1 for name, limit in constraints.items()}
    worst = max(excess, key=excess.__getitem__, default=None)
    if worst is not None and excess[worst] > 0:
        value, limit = _value(summary, worst), constraints[worst]
        raise Infeasible(f"{value:,} {worst}, over the limit of {limit:,.0f}", excess[worst])


def _value(summary: NetworkSummary, name: str) -> int:
    if name not in LIMITS:
        raise UnknownName("constraint", name, LIMITS, nearest(name, LIMITS))
    value: int = getattr(summary, name)
    return value
