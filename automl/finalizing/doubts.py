"""Doubts about a final model: what its test score says against it, and what may be the cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automl.core.final import Estimate, FinalRecord
from automl.core.records import Reference
from automl.core.text import count, value

# Optimiser steps below which a training counts as short.
FEW_UPDATES = 300


def find_doubts(
    final: FinalRecord, references: Sequence[Reference], maximize: bool, updates: float
) -> tuple[str, ...]:
    """Sentences that say what speaks against a final model; none if nothing does.

    Args:
        final: The final model, with its scores.
        references: Models that cost nothing, measured on the test split, the constant one first.
        maximize: Whether larger values of the objective are better.
        updates: Optimiser steps of its training.
    """
    found = [*_below_references(final.test[0], references, maximize)]
    found += _below_validation(final.score, final.test[0], maximize)
    if found and updates < FEW_UPDATES:
        steps = count(round(updates), "optimiser step")
        found.append(f"It was trained for {steps}: more --epochs or a longer --timeout may help.")
    return tuple(found)


def _below_references(
    test: Estimate, references: Sequence[Reference], maximize: bool
) -> Iterator[str]:
    sign = 1 if maximize else -1
    for at, each in enumerate(references):
        free = each.metrics.get(test.metric)
        if free is None:
            continue
        # A model that is as good as a linear one may be good; as a constant answer, it is not.
        gain = sign * (test.value - free)
        if gain < 0 or (at == 0 and gain == 0):
            yield (
                f"On the test split it is no better than what costs nothing: {test.metric} "
                f"{value(test.value)}, and {each.name} has {value(free)}."
            )


def _below_validation(score: Estimate, test: Estimate, maximize: bool) -> Iterator[str]:
    """A test score whose interval lies on the worse side of that on validation."""
    ends = (score.low, score.high, test.low, test.high)
    if score.metric != test.metric or any(each is None for each in ends):
        return
    low, high, test_low, test_high = ends
    if (test_high < low) if maximize else (test_low > high):  # type: ignore[operator]
        yield (
            f"On the test split it is far worse than on validation: {test.metric} "
            f"{value(test.value)} against {value(score.value)}. The examples of the splits may "
            "differ, such as by their time or their source, or rows of one may repeat in another."
        )
