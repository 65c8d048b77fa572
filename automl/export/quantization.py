"""Quantization: numbers smaller than float32, and what they may cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from automl.core.errors import ExportError
from automl.data.dataset import Split
from automl.export.facts import ModelFacts, Quantized
from automl.export.parity import same_decisions
from automl.export.runtime import Inputs, ModelFunction, Outputs, evenly_spaced, in_batches
from automl.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor

QuantizationKind = Literal["int8", "fp16"]
QUANTIZATIONS: Final[tuple[QuantizationKind, ...]] = ("int8", "fp16")

MOST_EXAMPLES: Final = 2000
AT_ONCE: Final = 64
# A metric that is maximised may fall by this much (a point of accuracy); one that is minimised may
# grow by this share of itself.
LARGEST_FALL: Final = 0.01
LARGEST_GROWTH: Final = 0.02
# Share of the examples that must keep their likeliest class.
FEWEST_EQUAL: Final = 0.95


@dataclass(frozen=True, eq=False)
class Quantization:
    """The numbers to write a model with.

    Args:
        kind: ``"int8"``: 8-bit integers, in which layers also compute. ``"fp16"``: 16-bit weights,
            with which layers compute in float32. (On most processors 16-bit arithmetic is slower,
            and fp16 cannot represent numbers above 65,504, such as the values of many tables.)
        calibration: Inputs of the train split, (N, …), to learn the ranges of activations from.
        held_out: The validation split, on which the cost is measured.
    """

    kind: QuantizationKind
    calibration: Inputs
    held_out: Split


def measure_cost(
    facts: ModelFacts, original: ModelFunction, written: ModelFunction, asked: Quantization
) -> Quantized:
    """The study's objective before and after, on up to ``MOST_EXAMPLES`` validation examples.

    Args:
        facts: Description of the model.
        original: The model in float32.
        written: The model as written.
        asked: The quantization that was asked for.

    Raises:
        ExportError: the written model gives outputs that are not finite.
    """
    held_out = asked.held_out.take(evenly_spaced(len(asked.held_out), MOST_EXAMPLES))
    before, after = (in_batches(run, held_out.inputs, AT_ONCE) for run in (original, written))
    if not np.isfinite(after).all():
        raise ExportError(f"{facts.format} in {asked.kind} gives outputs that are not finite")
    task, metric = facts.make_task(), facts.scores[0].metric
    return Quantized(
        kind=asked.kind,
        metric=metric,
        original=_score(task, metric, before, held_out),
        value=_score(task, metric, after, held_out),
        examples=len(held_out),
        equal_decisions=None if before.ndim > 2 else float(same_decisions(before, after).mean()),
    )


def objection(facts: ModelFacts, cost: Quantized) -> str:
    """Why a quantization costs too much; empty if it does not."""
    worse, allowed, rule = cost.original - cost.value, LARGEST_FALL, f"fall by {LARGEST_FALL:g}"
    if not facts.make_task().metric(cost.metric).maximize:
        worse, allowed = -worse, LARGEST_GROWTH * abs(cost.original)
        rule = f"grow by {LARGEST_GROWTH:.0%}"
    if worse > allowed:
        return f"{cost}; it may {rule}"
    if cost.equal_decisions is not None and cost.equal_decisions < FEWEST_EQUAL:
        return (
            f"{cost.equal_decisions:.1%} of {cost.examples:,} decisions are the same, and "
            f"{FEWEST_EQUAL:.0%} have to be"
        )
    return ""


def is_matrix(shape: Sequence[int]) -> bool:
    """Whether weights of this shape are worth storing in 16 bits; biases and statistics are not."""
    return sum(size > 1 for size in shape) > 1


def is_fp16_candidate(weight: Tensor) -> bool:
    """Whether a weight is a float32 matrix."""
    import torch

    return weight.dtype == torch.float32 and is_matrix(weight.shape)


def to_fp16(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a model, with its matrices in 16 bits."""
    return {
        name: each.half() if is_fp16_candidate(each) else each for name, each in weights.items()
    }


def _score(task: Task, metric: str, outputs: Outputs, split: Split) -> float:
    from torch import from_numpy

    return task.measure(from_numpy(outputs), from_numpy(np.array(split.targets)))[metric]
