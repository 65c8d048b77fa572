"""What a model gets wrong, in a sentence."""

from __future__ import annotations

from automl.core.review import Confusion, Review
from automl.core.text import count

WORST = 3


def mistakes(review: Review) -> str:
    """The most frequent confusion, or the worst errors."""
    seen = f"Of {count(review.examples, 'validation example')}"
    if isinstance(review.errors, Confusion):
        return f"{seen}, {_confusion(review.errors)}."
    worst = review.mistakes[:WORST]
    told = (f"{each.answer} where {each.truth} is right ({each.degree})" for each in worst)
    return f"{seen}, worst: {'; '.join(told)}."


def _confusion(errors: Confusion) -> str:
    wrong = {
        (true, said): number
        for true, row in enumerate(errors.counts)
        for said, number in enumerate(row)
        if true != said and number
    }
    if not wrong:
        return "none is taken for another class"
    true, said = max(wrong, key=lambda pair: wrong[pair])
    of = f"{wrong[true, said]:,} of {sum(errors.counts[true]):,}"
    return f"most often wrong: {errors.labels[true]} taken for {errors.labels[said]}, {of}"
