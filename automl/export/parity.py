"""Whether a written model says what the original does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from automl.core.target import Classes, Quantities, Target
from automl.export.interface import output_name
from automl.export.probes import Probe, make_probes
from automl.export.run import Inputs, Outputs, Run
from automl.export.samples import in_batches, is_text

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
        lengths: Of texts, the fewest and the most tokens that were tried; None of other inputs.
        outputs: What was compared: ``"logits"`` or ``"values"``.
        difference: The largest between two outputs, of values in standard deviations of the train
            split; NaN if any is, infinite if their shapes differ.
        tolerance: The largest difference that rounding may make.
        worst: Where they differ most, in words.
        equal_decisions: Share of the inputs whose largest logit is the same one, in 0..1; None
            where numbers are predicted.
    """

    examples: int
    batches: tuple[int, ...]
    lengths: tuple[int, int] | None
    outputs: str
    difference: float
    tolerance: float
    worst: str
    equal_decisions: float | None

    @property
    def agrees(self) -> bool:
        """Whether the two are the same model."""
        return self.difference <= self.tolerance

    def __str__(self) -> str:
        where = f"on {self.examples} real inputs, in batches of {', '.join(map(str, self.batches))}"
        if self.lengths:
            where += f" and of {self.lengths[0]} to {self.lengths[1]} tokens"
        differ = f"{where}, {self.outputs} differ by up to {self.difference:.2g}"
        if self.equal_decisions is None:
            return f"{differ} of their standard deviation (rounding: {self.tolerance:.2g})"
        return (
            f"{differ} (rounding: {self.tolerance:.2g}) and "
            f"{self.equal_decisions:.0%} of the decisions are the same"
        )


@dataclass(frozen=True)
class _Pair:
    """The outputs of both models for the same inputs, run in batches of one length."""

    probe: Probe
    batch: int
    expected: Outputs
    found: Outputs

    @property
    def fits(self) -> bool:
        return self.expected.shape == self.found.shape

    def differences(self, std: Outputs) -> Outputs:
        """The largest of each example, (N,)."""
        if not self.fits:
            return np.full(len(self.expected), np.inf, np.float32)
        far = np.abs(self.expected - self.found) / std
        largest: Outputs = far.reshape(len(far), -1).max(axis=1)
        return largest

    def name(self, at: int) -> str:
        """One of the inputs, in words."""
        tokens = self.probe.inputs.shape[1] if is_text(self.probe.inputs) else None
        length = f", of up to {tokens} tokens" if tokens else ""
        return f"input {self.probe.places[at]} of the split, in a batch of {self.batch}{length}"


def compare(
    original: Run, written: Run, samples: Inputs, target: Target, longest: int | None = None
) -> Parity:
    """Run both models on real inputs, the written one in batches of one, a few and many.

    Args:
        original: The model as it should be.
        written: The model as it was written.
        samples: (N, …) as the model takes them, N > 0; up to 64 are taken, evenly spaced.
        target: What is predicted.
        longest: The most tokens of a text, or None where inputs are no texts. Texts are tried at
            the length of the longest in a batch, and beside that at the ends of what there can be.
    """
    probes = list(make_probes(samples, longest))
    pairs = [pair for probe in probes for pair in _run(original, written, probe)]
    _, std = scale_of(target)
    differences = [each.differences(std) for each in pairs]
    worst = int(np.argmax([each.max() for each in differences]))  # NaN is more than any number
    at = int(differences[worst].argmax())
    return Parity(
        examples=len(probes[0].inputs),
        batches=probes[0].batches,
        lengths=(1, longest) if longest and len(probes) > 1 else None,
        outputs=output_name(target),
        difference=float(differences[worst][at]),
        tolerance=max(tolerance_of(each.expected, target) for each in pairs),
        worst=pairs[worst].name(at),
        equal_decisions=_equal_decisions(pairs, target),
    )


def _run(original: Run, written: Run, probe: Probe) -> Iterator[_Pair]:
    expected = original(probe.inputs)
    for size in probe.batches:
        yield _Pair(probe, size, expected, in_batches(written, probe.inputs, size))


def scale_of(target: Target) -> tuple[Outputs, Outputs]:
    """What the outputs vary around, and by how much; of logits that is 0 and 1."""
    mean, std = ((0.0,), (1.0,)) if isinstance(target, Classes) else (target.mean, target.std)
    return np.asarray(mean, np.float32), np.asarray(std, np.float32)


def tolerance_of(expected: Outputs, target: Target) -> float:
    """The most that rounding may make of these outputs, of values in standard deviations."""
    mean, std = scale_of(target)
    largest = float((np.abs(expected - mean) / std).max())
    coarseness = float(np.finfo(np.float32).eps) * float((np.abs(expected) / std).max())
    return TOLERANCE * max(1.0, largest) + LAST_PLACES * coarseness


def _equal_decisions(pairs: list[_Pair], target: Target) -> float | None:
    if isinstance(target, Quantities):
        return None
    same = [
        each.fits and each.found.argmax(axis=1) == each.expected.argmax(axis=1) for each in pairs
    ]
    return float(np.mean(np.hstack(same)))
