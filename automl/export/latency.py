"""How long a model takes for a call, beside the one that it was written from."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import Final

from automl.export.run import Inputs, Run
from automl.export.samples import trim

BATCHES: Final = (1, 64)
WARM_UP: Final = 2
FEWEST_CALLS: Final = 5
MOST_CALLS: Final = 50
# After so long no further call is begun.
SECONDS: Final = 0.1


@dataclass(frozen=True)
class Latency:
    """Both models on the same inputs.

    Args:
        batch: How many inputs a call has.
        original: Milliseconds, the median of the calls.
        written: Likewise.
    """

    batch: int
    original: float
    written: float


def measure_latency(original: Run, written: Run, inputs: Inputs) -> tuple[Latency, ...]:
    """Call both in turn, so that whatever else the machine does slows both down.

    Args:
        original: The model in PyTorch.
        written: The model in its format.
        inputs: Real ones, of which the first up to 64 are taken.
    """
    sizes = sorted({min(size, len(inputs)) for size in BATCHES})
    return tuple(_measure(original, written, trim(inputs[:size])) for size in sizes)


def _measure(original: Run, written: Run, batch: Inputs) -> Latency:
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
