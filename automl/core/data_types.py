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


class TableRow(tuple[int, ...]):
    """The shape of a row of a table: a vector whose features are known by their columns.

    It is the plain shape (features,) to layers that treat all features alike. The vector holds the
    numbers, the flags of missing ones, then the one-hot vectors of the categories.

    Args:
        numbers: Number of columns with numbers.
        flags: Number of columns whose numbers can be missing.
        categories: Number of values of each category.
    """

    numbers: int
    flags: int
    categories: tuple[int, ...]

    def __new__(cls, numbers: int, flags: int, categories: tuple[int, ...]) -> TableRow:
        """The shape of the whole vector."""
        row = super().__new__(cls, (numbers + flags + sum(categories),))
        row.numbers, row.flags, row.categories = numbers, flags, categories
        return row

    def __getnewargs__(self) -> tuple[int, int, tuple[int, ...]]:
        """The arguments of a copy, for pickle."""
        return self.numbers, self.flags, self.categories

    def __eq__(self, other: object) -> bool:
        """Whether the other shape is the same; a plain one has no columns to differ in."""
        if isinstance(other, TableRow):
            return self.__getnewargs__() == other.__getnewargs__()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        """The opposite, since a tuple has its own."""
        return not self == other

    __hash__ = tuple.__hash__


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
