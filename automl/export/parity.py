"""Whether a written model gives the outputs of the original."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from automl.core.data_types import PADDING, Quantities, Target
from automl.export.runtime import (
    Inputs,
    ModelFunction,
    Outputs,
    Positions,
    evenly_spaced,
    in_batches,
    is_text,
    output_name,
    trim_padding,
)

# Relative to the largest output. Rounding makes about a hundredth of it, a wrong weight far more.
TOLERANCE: Final = 1e-4
# Batch sizes that inputs are run in.
BATCH_SIZES: Final = (1, 7, 64)
# Texts in a batch that has only short or only long ones.
FEW: Final = 7


@dataclass(frozen=True)
class Parity:
    """Difference between the outputs of two models on the same inputs.

    Args:
        examples: Number of inputs that were tried.
        batches: Batch sizes that they were run in.
        lengths: Fewest and most tokens of the texts that were tried; None for other inputs.
        outputs: Name of the outputs: ``"logits"`` or ``"values"``.
        difference: Largest absolute difference between two outputs; NaN if any is, infinite if
            their shapes differ.
        tolerance: Largest difference that rounding may make.
        worst: Input with the largest difference, in words.
        equal_decisions: Share of the inputs with the same likeliest class, in 0..1; None if numbers
            are predicted.
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
        """Whether the two models are the same but for rounding."""
        return self.difference <= self.tolerance

    def __str__(self) -> str:
        where = f"on {self.examples} real inputs, in batches of {', '.join(map(str, self.batches))}"
        if self.lengths:
            where += f" and of {self.lengths[0]} to {self.lengths[1]} tokens"
        differ = f"{where}, {self.outputs} differ by up to {self.difference:.2g}"
        if self.equal_decisions is None:
            return f"{differ} standard deviations (rounding: {self.tolerance:.2g})"
        return (
            f"{differ} (rounding: {self.tolerance:.2g}) and "
            f"{self.equal_decisions:.0%} of the decisions are the same"
        )


@dataclass(frozen=True)
class _Pair:
    """The outputs of both models for the same inputs, run in batches of one size."""

    tried: ParityInputs
    batch: int
    expected: Outputs
    found: Outputs

    @property
    def fits(self) -> bool:
        return self.expected.shape == self.found.shape

    def differences(self) -> Outputs:
        """The largest difference of each example, (N,)."""
        if not self.fits:
            return np.full(len(self.expected), np.inf, np.float32)
        far = np.abs(self.expected - self.found)
        largest: Outputs = far.reshape(len(far), -1).max(axis=1)
        return largest

    def name(self, at: int) -> str:
        """The input at a position, in words."""
        tokens = self.tried.inputs.shape[1] if is_text(self.tried.inputs) else None
        length = f", of up to {tokens} tokens" if tokens else ""
        return f"input {self.tried.positions[at]} of the split, in a batch of {self.batch}{length}"


def compare_models(
    original: ModelFunction,
    written: ModelFunction,
    samples: Inputs,
    target: Target,
    longest: int | None = None,
) -> Parity:
    """Run both models on real inputs, the written one in batches of one, a few and many.

    Args:
        original: The original model.
        written: The model as written.
        samples: Inputs as the model takes them, (N, …), N > 0; up to 64 are used, evenly spaced.
        target: What the models predict.
        longest: Most tokens that a text can have, None for other inputs. Texts are also tried with
            one token and with this many.
    """
    tried = list(make_parity_inputs(samples, longest))
    pairs = [pair for inputs in tried for pair in _run(original, written, inputs)]
    differences = [each.differences() for each in pairs]
    worst = int(np.argmax([each.max() for each in differences]))  # NaN is more than any number
    at = int(differences[worst].argmax())
    return Parity(
        examples=len(tried[0].inputs),
        batches=tried[0].batches,
        lengths=(1, longest) if longest and len(tried) > 1 else None,
        outputs=output_name(target),
        difference=float(differences[worst][at]),
        tolerance=max(tolerance_of(each.expected) for each in pairs),
        worst=pairs[worst].name(at),
        equal_decisions=_equal_decisions(pairs, target),
    )


def _run(original: ModelFunction, written: ModelFunction, tried: ParityInputs) -> Iterator[_Pair]:
    expected = original(tried.inputs)
    for size in tried.batches:
        yield _Pair(tried, size, expected, in_batches(written, tried.inputs, size))


def tolerance_of(expected: Outputs) -> float:
    """The largest difference that rounding may make to these outputs."""
    return TOLERANCE * max(1.0, float(np.abs(expected).max()))


def same_decisions(expected: Outputs, found: Outputs) -> npt.NDArray[np.bool_]:
    """For which examples two models give the same likeliest class, (N,); both give (N, classes)."""
    same: npt.NDArray[np.bool_] = expected.argmax(axis=1) == found.argmax(axis=1)
    return same


def _equal_decisions(pairs: list[_Pair], target: Target) -> float | None:
    if isinstance(target, Quantities):
        return None
    same = [each.fits and same_decisions(each.expected, each.found) for each in pairs]
    return float(np.mean(np.hstack(same)))


@dataclass(frozen=True, eq=False)
class ParityInputs:
    """Inputs to run both models on.

    Args:
        positions: Position in the split of each input, (N,).
        inputs: Inputs as the model takes them, (N, …).
        batches: Batch sizes to run them in, one after the other.
    """

    positions: Positions
    inputs: Inputs
    batches: tuple[int, ...]


def make_parity_inputs(samples: Inputs, longest: int | None) -> Iterator[ParityInputs]:
    """Up to 64 evenly spaced inputs, run one, a few and all at a time; then texts of all lengths.

    Args:
        samples: Inputs of a split, (N, …), N > 0.
        longest: Most tokens that a text can have, None for other inputs.
    """
    spread = evenly_spaced(len(samples), max(BATCH_SIZES))
    sizes = tuple(sorted({min(size, len(spread)) for size in BATCH_SIZES}))
    yield ParityInputs(spread, np.take(samples, spread, axis=0), sizes)
    if longest is not None and is_text(samples):
        yield from _lengths(samples, longest)


def _lengths(texts: Inputs, longest: int) -> Iterator[ParityInputs]:
    """The shortest texts, the longest texts, texts of one token, and texts of ``longest`` tokens.

    The last two are real texts as well, cut off or repeated.
    """
    order = np.argsort((texts != PADDING).sum(axis=1), kind="stable")
    few = min(FEW, len(order))
    short, long = order[:few], order[-few:]
    yield ParityInputs(short, trim_padding(texts[short]), (few,))
    yield ParityInputs(long, trim_padding(texts[long]), (few,))
    yield ParityInputs(long, texts[long][:, :1], (1, few))
    yield ParityInputs(long, np.stack([_fill(text, longest) for text in texts[long]]), (1, few))


def _fill(text: Inputs, length: int) -> Inputs:
    return np.resize(text[text != PADDING], length)
