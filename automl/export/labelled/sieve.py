"""Which examples a model can be measured on, and what became of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.target import Classes, Target
from automl.core.text import count
from automl.data.encodings.encoding import Array
from automl.export.labelled.labelled import Labelled, Truth

# So many labels are named.
NAMED = 5


@dataclass(frozen=True)
class LeftOut:
    """Examples that a model could not be measured on.

    Args:
        unreadable: How many could not be read.
        first_error: Why the first of them could not; empty if all could.
        no_target: Of how many it is not known what is true.
        unknown_labels: Label that the model does not know -> how many are of it.
    """

    unreadable: int = 0
    first_error: str = ""
    no_target: int = 0
    unknown_labels: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.unreadable or self.no_target or self.unknown_labels)

    def __str__(self) -> str:
        reasons = []
        if self.unreadable:
            reasons.append(f"{self.unreadable:,} could not be read, the first: {self.first_error}")
        if self.no_target:
            reasons.append(f"{count(self.no_target, 'example')} without a target")
        if self.unknown_labels:
            of = sum(self.unknown_labels.values())
            names = ", ".join(map(repr, list(self.unknown_labels)[:NAMED]))
            more = ", …" if len(self.unknown_labels) > NAMED else ""
            reasons.append(f"{of:,} of labels that the model does not know: {names}{more}")
        return "; ".join(reasons)


class Sieve:
    """Lets through what has an input and a target, and counts the rest in ``left_out``.

    Args:
        target: What the model predicts.
    """

    def __init__(self, target: Target) -> None:
        labels = target.labels if isinstance(target, Classes) else ()
        self._ids = {label: number for number, label in enumerate(labels)}
        self._unreadable, self._no_target, self._first_error = 0, 0, ""
        self._unknown: Counter[str] = Counter()

    @property
    def left_out(self) -> LeftOut:
        """What was left out so far, the most frequent labels first."""
        unknown = dict(self._unknown.most_common())
        return LeftOut(self._unreadable, self._first_error, self._no_target, unknown)

    def sift(self, examples: Iterable[Labelled]) -> Iterator[tuple[Array, npt.NDArray[Any]]]:
        """The input and the target of each example that has both: a class id, or numbers."""
        for each in examples:
            if each.reading.value is None:
                self._unreadable += 1
                self._first_error = self._first_error or _tell(each)
                continue
            target = self._target(each.truth)
            if target is not None:
                yield each.reading.value, target

    def _target(self, truth: Truth) -> npt.NDArray[Any] | None:
        if truth is None:
            self._no_target += 1
            return None
        if not isinstance(truth, str):
            return truth
        if truth not in self._ids:
            self._unknown[truth] += 1
            return None
        return np.asarray(self._ids[truth], np.int64)


def _tell(each: Labelled) -> str:
    """The error of a file names it; that of a row does not."""
    reading = each.reading
    return reading.error if reading.name in reading.error else f"{reading.name}: {reading.error}"
