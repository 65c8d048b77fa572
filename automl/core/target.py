"""What is predicted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Classes:
    """One of several classes; targets are int64 (N,), each an index into ``labels``.

    Args:
        labels: Their names.
    """

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.labels)} classes"


@dataclass(frozen=True)
class Quantities:
    """Numbers; targets are float32 (N, steps, names) in their own units.

    Args:
        names: What each number is.
        mean: Of each on the train split; of a forecast that goes from the last known value on, of
            the distance from it.
        std: Likewise; above 0.
        steps: How many steps ahead a forecast goes; 1 for a number that is of no series.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    steps: int = 1

    def __str__(self) -> str:
        what = ", ".join(self.names)
        return what if self.steps == 1 else f"{what} {self.steps} steps ahead"


Target = Classes | Quantities
