"""Smaller numbers in place of float32, and what they may cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from automl.core.errors import ExportError
from automl.data.dataset import Split
from automl.export.facts import ModelFacts, Quantized
from automl.export.run import Inputs, Outputs, Run
from automl.export.samples import in_batches, places
from automl.tasks.task import Task

Kind = Literal["int8", "fp16"]
KINDS: Final[tuple[Kind, ...]] = ("int8", "fp16")

MOST_EXAMPLES: Final = 2000
AT_ONCE: Final = 64
# What is to be large may fall by so much (a point of accuracy); what is to be small may grow by
# this share of itself.
LARGEST_FALL: Final = 0.01
LARGEST_GROWTH: Final = 0.02
FEWEST_EQUAL: Final = 0.95


@dataclass(frozen=True, eq=False)
class Quantization:
    """What to make of the weights.

    Args:
        kind: ``"int8"``: whole numbers of 8 bits, in which layers compute as well. ``"fp16"``:
            weights of 16 bits, with which layers compute in float32.
        calibration: Inputs of the train split, of which ranges of activations are learned.
        held_out: What the cost is measured on: the validation split.
    """

    kind: Kind
    calibration: Inputs
    held_out: Split


def measure_cost(facts: ModelFacts, original: Run, written: Run, asked: Quantization) -> Quantized:
    """The study's objective before and after, on up to ``MOST_EXAMPLES``, evenly spaced.

    Raises:
        ExportError: if the model as written gives something that is no number.
    """
    held_out = asked.held_out.take(places(len(asked.held_out), MOST_EXAMPLES))
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
        equal_decisions=_equal_decisions(facts, before, after),
    )


def objection(facts: ModelFacts, cost: Quantized) -> str:
    """Why it costs too much, or "" where it does not."""
    worse, allowed, rule = cost.original - cost.value, LARGEST_FALL, f"fall by {LARGEST_FALL:g}"
    if not facts.make_task().metrics[cost.metric]:
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


def _score(task: Task, metric: str, outputs: Outputs, split: Split) -> float:
    from torch import from_numpy

    return task.measure(from_numpy(outputs), from_numpy(np.array(split.targets)))[metric]


def _equal_decisions(facts: ModelFacts, before: Outputs, after: Outputs) -> float | None:
    if before.ndim > 2:
        return None
    same: npt.NDArray[np.bool_] = before.argmax(axis=1) == after.argmax(axis=1)
    return float(same.mean())
