"""What a search space holds, found by sampling it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automl.spaces.describe import ParameterLine

SAMPLES = 1000


@dataclass(frozen=True)
class Check:
    """A space in words.

    Args:
        headline: What it is: task, data, size.
        parameters: A line each.
        networks: What 1,000 sampled networks are like.
        infeasible: Share of them that cannot be built or are over a limit, 0 to 1.
        smallest: Weights of the smallest that can be built, or None if none can.
        largest: Weights of the largest.
    """

    headline: str
    parameters: tuple[ParameterLine, ...]
    networks: str
    infeasible: float
    smallest: int | None
    largest: int | None

    def as_json(self) -> dict[str, Any]:
        """For scripts: JSON values only."""
        return asdict(self)
