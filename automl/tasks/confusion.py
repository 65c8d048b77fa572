"""A matrix of confusions that people can take in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.core.review import Confusion

if TYPE_CHECKING:
    from torch import Tensor

MOST_CLASSES = 30
OTHERS = "(others)"


def make_confusion(labels: tuple[str, ...], counts: Tensor) -> Confusion:
    """The matrix of these classes; of many, those with the most errors and one for the others.

    Args:
        labels: Of the classes.
        counts: int64 (classes, classes); rows are the true classes.
    """
    if len(labels) <= MOST_CLASSES:
        return Confusion(labels, _as_rows(counts))
    errors = counts.sum(dim=0) + counts.sum(dim=1) - 2 * counts.diagonal()
    worst = errors.sort(descending=True, stable=True).indices[: MOST_CLASSES - 1]
    kept = worst.sort().values
    place = counts.new_full((len(labels),), len(kept))  # of each class in the smaller matrix
    place[kept] = kept.new_tensor(range(len(kept)))
    rows = counts.new_zeros(len(kept) + 1, len(labels)).index_add_(0, place, counts)
    folded = counts.new_zeros(len(kept) + 1, len(kept) + 1).index_add_(1, place, rows)
    return Confusion((*(labels[each] for each in kept.tolist()), OTHERS), _as_rows(folded))


def _as_rows(counts: Tensor) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in counts.tolist())
