"""Which models answer best together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# ``(outputs of models (models, N, …), shares (models,))`` -> how good their average is; larger is
# better.
Judge = Callable[["Tensor", "Tensor"], float]


def select(outputs: Tensor, judge: Judge, most: int) -> dict[int, float]:
    """Choose models one by one, each time the one whose say makes the average best.

    One may be chosen again, which gives it a larger share. Of the averages on the way the best is
    taken, the smallest of equals: so it is never worse than the best single model is there.

    Source: Caruana et al., "Ensemble Selection from Libraries of Models" (ICML 2004).

    Args:
        outputs: (models, N, …), what each answers to the same examples; models > 0.
        judge: Says how good an average is.
        most: Choices that are made, from 1.

    Returns:
        The place of each chosen model -> its share; they add up to 1.
    """
    chosen: list[int] = []
    averages: list[tuple[float, int]] = []
    for count in range(1, most + 1):
        scores = [_score(outputs, [*chosen, candidate], judge) for candidate in range(len(outputs))]
        best = max(range(len(scores)), key=scores.__getitem__)
        chosen.append(best)
        averages.append((scores[best], -count))
    length = -max(averages)[1]
    return {place: times / length for place, times in Counter(chosen[:length]).items()}


def _score(outputs: Tensor, chosen: Sequence[int], judge: Judge) -> float:
    import torch

    counts = Counter(chosen)
    places = torch.tensor(list(counts))
    shares = torch.tensor([times / len(chosen) for times in counts.values()])
    return judge(outputs[places], shares)
