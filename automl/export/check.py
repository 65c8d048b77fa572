"""The gate: what a written model does beside the original, and whether it may be written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl.data.encodings.encoding import Encoding
from automl.data.encodings.text import TextEncoding
from automl.export.facts import ModelFacts, Quantized
from automl.export.latency import Latency, measure_latency
from automl.export.parity import Parity, compare
from automl.export.quantization import Quantization, measure_cost, objection
from automl.export.run import Inputs, Run


@dataclass(frozen=True)
class Checked:
    """What was found.

    Args:
        parity: How near the two are.
        latency: How long their calls take; none where that would say nothing of the format.
        quantized: What quantising costs; None where nothing was quantised.
        objection: Why the model may not be written, or "".
    """

    parity: Parity
    latency: tuple[Latency, ...]
    quantized: Quantized | None
    objection: str


def check(
    original: Run,
    written: Run,
    facts: ModelFacts,
    samples: Inputs,
    quantization: Quantization | None,
    timed: bool,
) -> Checked:
    """Run both models on real inputs.

    What is quantised is not the same model: it is judged by its score, not by rounding.

    Args:
        original: The model as it should be.
        written: The model as it was written.
        facts: About the model as written.
        samples: Real inputs, (N, …), N > 0.
        quantization: What was made of the weights; None if they are as they were.
        timed: Whether calls take as long as the format's own software takes.
    """
    parity = compare(original, written, samples, facts.target, _longest(facts.encoding))
    if quantization is None:
        reason = "" if parity.agrees else f"{parity}; most at {parity.worst}"
        cost = None
    elif not np.isfinite(parity.difference):
        reason, cost = f"{parity}; most at {parity.worst}", None
    else:
        cost = measure_cost(facts, original, written, quantization)
        reason = objection(facts, cost)
    latency = measure_latency(original, written, samples) if timed and not reason else ()
    return Checked(parity, latency, cost, reason)


def _longest(encoding: Encoding) -> int | None:
    return encoding.length if isinstance(encoding, TextEncoding) else None
