"""What one example is to a network: the shape of its input, and its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# Of one example, without the batch axis: an image is (channels, height, width), a sequence
# (length, features), a vector (features,).
Shape = tuple[int, ...]

# The token that fills a text up to the longest of its batch; only at the end.
PADDING = 0


class Tokens(NamedTuple):
    """The shape of a text: ids below ``vocabulary``, int32 (N, up to ``length``).

    Args:
        length: Maximum number of tokens; a batch is as long as its longest text.
        vocabulary: Number of ids, including ``PADDING``.
    """

    length: int
    vocabulary: int


@dataclass(frozen=True)
class Classes:
    """A target that is one of several classes: int64 (N,), indices into ``labels``.

    Args:
        labels: Names of the classes.
    """

    labels: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.labels)} classes"


@dataclass(frozen=True)
class Quantities:
    """A target of numbers: float32 (N, steps, names) in standard units, and so are outputs.

    The number itself is ``mean + std * unit``, computed in float64, since float32 would lose a
    spread that is small next to the mean. NaN means unknown, and counts in no loss and no metric.

    Args:
        names: Name of each number.
        mean: Mean of each number on the train split, in its own units.
        std: Standard deviation of each number on the train split, above 0; for a forecast, that of
            the difference from the last known value.
        steps: Number of steps that a forecast reaches ahead; 1 for a number outside a series.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    steps: int = 1

    def __str__(self) -> str:
        what = ", ".join(self.names)
        return what if self.steps == 1 else f"{what} {self.steps} steps ahead"


Target = Classes | Quantities
