"""Which inputs two models are compared on: real ones, and of texts the shortest and longest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from automl.core.shape import PADDING
from automl.export.run import Inputs
from automl.export.samples import Places, is_text, places, trim

BATCHES: Final = (1, 7, 64)
# Texts of a batch that has only short or only long ones.
FEW: Final = 7


@dataclass(frozen=True, eq=False)
class Probe:
    """Inputs, and in which batches to run them.

    Args:
        places: Where in the split each is from.
        inputs: (N, …) as the model takes them.
        batches: How many at a time, one after the other.
    """

    places: Places
    inputs: Inputs
    batches: tuple[int, ...]


def make_probes(samples: Inputs, longest: int | None) -> Iterator[Probe]:
    """Up to 64 inputs evenly spaced, one, a few and all at a time; then lengths of texts.

    Args:
        samples: (N, …) of a split, N > 0.
        longest: The most tokens of a text, or None where inputs are no texts.
    """
    spread = places(len(samples), max(BATCHES))
    sizes = tuple(sorted({min(size, len(spread)) for size in BATCHES}))
    yield Probe(spread, np.take(samples, spread, axis=0), sizes)
    if longest is not None and is_text(samples):
        yield from _lengths(samples, longest)


def _lengths(texts: Inputs, longest: int) -> Iterator[Probe]:
    """The shortest texts among themselves, the longest likewise, one token, and all there can be.

    The two ends of what a model takes are real texts too, cut off or said over and over.
    """
    order = np.argsort((texts != PADDING).sum(axis=1), kind="stable")
    few = min(FEW, len(order))
    short, long = order[:few], order[-few:]
    yield Probe(short, trim(texts[short]), (few,))
    yield Probe(long, trim(texts[long]), (few,))
    yield Probe(long, texts[long][:, :1], (1, few))
    yield Probe(long, np.stack([_fill(text, longest) for text in texts[long]]), (1, few))


def _fill(text: Inputs, length: int) -> Inputs:
    return np.resize(text[text != PADDING], length)
