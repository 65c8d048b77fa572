"""Whether a written model says what the original does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from automl.core.target import Classes, Quantities, Target
from automl.export.interface import output_name
from automl.export.run import Inputs, Outputs, Run
from automl.export.samples import choose_samples, in_batches

BATCHES: Final = (1, 7, 64)
# Relative to the largest output. Rounding makes a hundredth of it, a wrong weight far more.
TOLERANCE: Final = 1e-4
# Numbers far from 0 are stored more coarsely: so many units in the last place may be lost.
LAST_PLACES: Final = 4


@dataclass(frozen=True)
class Parity:
    """How near the outputs of two models are on the same inputs.

    Args:
        examples: How many inputs were tried.
        batches: In batches of which lengths.
        outputs: What was compared: ``"logits"`` or ``"values"``.
        difference: The largest between two outputs, of values in standard deviations of the train
            split; NaN if any is, infinite if their shapes differ.
        tolerance: The largest difference that rounding may make.
        equal_decisions: Share of the inputs whose largest logit is the same one, in 0..1; None
            where numbers are predicted.
    """

    examples: int
    batches: tuple[int, ...]
    outputs: str
    difference: float
    tolerance: float
    equal_decisions: float | None

    @property
    def agrees(self) -> bool:
        """Whether the two are the same model."""
        return self.difference <= self.tolerance

    def __str__(self) -> str:
        where = f"on {self.examples} real inputs, in batches of {', '.join(map(str, self.batches))}"
        differ = f"{where}, {self.outputs} differ by up to {self.difference:.2g}"
        if self.equal_decisions is None:
            return f"{differ} of their standard deviation (rounding: {self.tolerance:.2g})"
        return (
            f"{differ} (rounding: {self.tolerance:.2g}) and "
            f"{self.equal_decisions:.0%} of the decisions are the same"
        )


def compare(original: Run, written: Run, samples: Inputs, target: Target) -> Parity:
    """Run both models on real inputs, the written one in batches of one, a few and many.

    Args:
        original: The model as it should be.
        written: The model as it was written.
        samples: (N, …) as the model takes them, N > 0; up to 64 are taken, evenly spaced. Texts
            are tried at the length of the longest in a batch.
        target: What is predicted.
    """
    chosen = choose_samples(samples, max(BATCHES))
    batches = tuple(sorted({min(size, len(chosen)) for size in BATCHES}))
    expected = original(chosen)
    found = [in_batches(written, chosen, size) for size in batches]
    return Parity(
        examples=len(chosen),
        batches=batches,
        outputs=output_name(target),
        difference=max(_difference(expected, each, target) for each in found),
        tolerance=_tolerance(expected, target),
        equal_decisions=_equal_decisions(expected, found, target),
    )


def _scale(target: Target) -> tuple[Outputs, Outputs]:
    """What the outputs vary around, and by how much; of logits that is 0 and 1."""
    mean, std = ((0.0,), (1.0,)) if isinstance(target, Classes) else (target.mean, target.std)
    return np.asarray(mean, np.float32), np.asarray(std, np.float32)


def _difference(expected: Outputs, found: Outputs, target: Target) -> float:
    if expected.shape != found.shape:
        return float("inf")
    _, std = _scale(target)
    return float((np.abs(expected - found) / std).max())


def _tolerance(expected: Outputs, target: Target) -> float:
    mean, std = _scale(target)
    largest = float((np.abs(expected - mean) / std).max())
    coarseness = float(np.finfo(np.float32).eps) * float((np.abs(expected) / std).max())
    return TOLERANCE * max(1.0, largest) + LAST_PLACES * coarseness


def _equal_decisions(expected: Outputs, found: list[Outputs], target: Target) -> float | None:
    if isinstance(target, Quantities):
        return None
    same = [each.argmax(axis=1) == expected.argmax(axis=1) for each in found]
    return float(np.mean(same))
