"""Examples with known answers, and which of them a model can be measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.data_types import Classes, Target
from automl.core.text import count
from automl.data.encoding import Array, Reading

# Name of a class, numbers in standard units (steps, quantities), or None if the answer is missing.
Truth = str | npt.NDArray[Any] | None
# Unknown labels that a message names.
NAMED = 5


@dataclass(frozen=True, eq=False)
class LabelledExample:
    """An example with its correct answer.

    Args:
        reading: The example as the model takes it, or why it cannot be read.
        truth: The correct answer.
        cluster: Identity of the group of related examples that it is from; None if it is on its
            own.
        clusters: Name of such groups, in the plural; empty if there are none.
    """

    reading: Reading
    truth: Truth
    cluster: Hashable = None
    clusters: str = ""


@dataclass(frozen=True)
class SkippedExamples:
    """Examples that a model could not be measured on.

    Args:
        unreadable: Number of examples that could not be read.
        first_error: Error of the first of them; empty if there is none.
        no_target: Number of examples without a correct answer.
        unknown_labels: Label that the model does not know -> number of its examples.
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
            total = sum(self.unknown_labels.values())
            names = ", ".join(map(repr, list(self.unknown_labels)[:NAMED]))
            more = ", …" if len(self.unknown_labels) > NAMED else ""
            reasons.append(f"{total:,} of labels that the model does not know: {names}{more}")
        return "; ".join(reasons)


class ExampleFilter:
    """Keeps examples that have an input and a correct answer, and counts the others.

    Args:
        target: What the model predicts.
    """

    def __init__(self, target: Target) -> None:
        labels = target.labels if isinstance(target, Classes) else ()
        self._ids = {label: number for number, label in enumerate(labels)}
        self._unreadable, self._no_target, self._first_error = 0, 0, ""
        self._unknown: Counter[str] = Counter()

    @property
    def skipped(self) -> SkippedExamples:
        """The examples skipped so far, the most frequent unknown labels first."""
        unknown = dict(self._unknown.most_common())
        return SkippedExamples(self._unreadable, self._first_error, self._no_target, unknown)

    def keep(
        self, examples: Iterable[LabelledExample]
    ) -> Iterator[tuple[Array, npt.NDArray[Any], LabelledExample]]:
        """Input, target (class id or numbers) and source of each example that has both."""
        for each in examples:
            if each.reading.value is None:
                self._unreadable += 1
                self._first_error = self._first_error or _error(each)
                continue
            target = self._target(each.truth)
            if target is not None:
                yield each.reading.value, target, each

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


def _error(each: LabelledExample) -> str:
    """Why an example cannot be read, with its name, which errors of files have already."""
    reading = each.reading
    return reading.error if reading.name in reading.error else f"{reading.name}: {reading.error}"
