"""The gate: compares a written model with the original and says whether it may be exported."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from automl.data.encoding import Encoding
from automl.data.text.encoding import TextEncoding
from automl.export.facts import ModelFacts, Quantized
from automl.export.parity import Parity, compare_models
from automl.export.quantization import Quantization, measure_cost, objection
from automl.export.runtime import Inputs, ModelFunction, trim_padding

# Batch sizes that calls are timed with.
BATCHES: Final = (1, 64)
WARM_UP: Final = 2
FEWEST_CALLS: Final = 5
MOST_CALLS: Final = 50
# After this time no further call is started.
SECONDS: Final = 0.1


@dataclass(frozen=True)
class Latency:
    """Duration of a call of both models on the same inputs.

    Args:
        batch: Number of inputs in a call.
        original: Median of the original's calls, in milliseconds.
        written: Median of the written model's calls, in milliseconds.
    """

    batch: int
    original: float
    written: float


@dataclass(frozen=True)
class ExportCheck:
    """Result of comparing a written model with the original.

    Args:
        parity: Difference between their outputs.
        latency: Duration of their calls; empty if it would say nothing about the format.
        quantized: What quantizing costs; None if the model is not quantized.
        objection: Why the model may not be exported; empty if it may.
    """

    parity: Parity
    latency: tuple[Latency, ...]
    quantized: Quantized | None
    objection: str


def check_written(
    original: ModelFunction,
    written: ModelFunction,
    facts: ModelFacts,
    samples: Inputs,
    quantization: Quantization | None,
    timed: bool,
) -> ExportCheck:
    """Run both models on real inputs.

    A quantized model is another model: it is judged by its score, not by its outputs.

    Args:
        original: The original model.
        written: The model as written.
        facts: Description of the model as written.
        samples: Real inputs, (N, …), N > 0.
        quantization: How the weights were quantized; None if they were not.
        timed: Whether ``written`` takes as long as the format's own software.
    """
    parity = compare_models(original, written, samples, facts.target, _longest(facts.encoding))
    if quantization is None:
        reason = "" if parity.agrees else f"{parity}; most at {parity.worst}"
        cost = None
    elif not np.isfinite(parity.difference):
        reason, cost = f"{parity}; most at {parity.worst}", None
    else:
        cost = measure_cost(facts, original, written, quantization)
        reason = objection(facts, cost)
    latency = measure_latency(original, written, samples) if timed and not reason else ()
    return ExportCheck(parity, latency, cost, reason)


def _longest(encoding: Encoding) -> int | None:
    return encoding.length if isinstance(encoding, TextEncoding) else None


def measure_latency(
    original: ModelFunction, written: ModelFunction, inputs: Inputs
) -> tuple[Latency, ...]:
    """Call both models in turn, so that whatever else the machine does slows both down.

    Args:
        original: The model in PyTorch.
        written: The model in its format.
        inputs: Real inputs, (N, …), N > 0; the first 64 are used.
    """
    sizes = sorted({min(size, len(inputs)) for size in BATCHES})
    return tuple(_measure(original, written, trim_padding(inputs[:size])) for size in sizes)


def _measure(original: ModelFunction, written: ModelFunction, batch: Inputs) -> Latency:
    took: tuple[list[float], list[float]] = ([], [])
    until = time.perf_counter() + SECONDS
    while len(took[0]) < WARM_UP + FEWEST_CALLS or (
        len(took[0]) < MOST_CALLS and time.perf_counter() < until
    ):
        for run, seconds in zip((original, written), took, strict=True):
            begun = time.perf_counter()
            run(batch)
            seconds.append(time.perf_counter() - begun)
    before, after = (1000 * median(each[WARM_UP:]) for each in took)
    return Latency(len(batch), before, after)
