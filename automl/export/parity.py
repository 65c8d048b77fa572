"""Whether a written model says what the original does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl.data.dataset import Images
from automl.export.run import Logits, Run

EXAMPLES = 64
BATCHES = (1, 7, EXAMPLES)
# Relative to the largest logit. Rounding makes a hundredth of it, a wrong weight far more.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Parity:
    """How near the logits of two models are on the same inputs.

    Args:
        examples: How many inputs were tried.
        batches: In batches of which lengths.
        difference: The largest between two logits; NaN if any is, infinite if their shapes differ.
        tolerance: The largest difference that rounding may make.
        equal_decisions: Share of the inputs whose largest logit is the same one, in 0..1.
    """

    examples: int
    batches: tuple[int, ...]
    difference: float
    tolerance: float
    equal_decisions: float

    @property
    def agrees(self) -> bool:
        """Whether the two are the same model."""
        return self.difference <= self.tolerance

    def __str__(self) -> str:
        return (
            f"on {self.examples} real inputs, in batches of {', '.join(map(str, self.batches))}, "
            f"logits differ by up to {self.difference:.2g} (rounding: {self.tolerance:.2g}) and "
            f"{self.equal_decisions:.0%} of the decisions are the same"
        )


def compare(original: Run, written: Run, samples: Images) -> Parity:
    """Run both models on real inputs, the written one in batches of one, a few and many.

    Args:
        original: The model as it should be.
        written: The model as it was written.
        samples: uint8 (N, channels, height, width), N > 0; up to 64 are taken, evenly spaced.
    """
    chosen = samples[np.linspace(0, len(samples) - 1, min(EXAMPLES, len(samples))).astype(int)]
    batches = tuple(sorted({min(size, len(chosen)) for size in BATCHES}))
    expected = original(chosen)
    found = [_in_batches(written, chosen, size) for size in batches]
    same = [each.argmax(axis=1) == expected.argmax(axis=1) for each in found]
    return Parity(
        examples=len(chosen),
        batches=batches,
        difference=max(_difference(expected, each) for each in found),
        tolerance=TOLERANCE * max(1.0, float(np.abs(expected).max())),
        equal_decisions=float(np.mean(same)),
    )


def _in_batches(run: Run, images: Images, size: int) -> Logits:
    starts = range(0, len(images), size)
    return np.concatenate([run(images[start : start + size]) for start in starts])


def _difference(expected: Logits, found: Logits) -> float:
    if expected.shape != found.shape:
        return float("inf")
    return float(np.abs(expected - found).max())
