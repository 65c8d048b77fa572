"""Measures a bundle's model on examples whose targets are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError, UserError
from automl.core.text import count
from automl.export.bootstrap import Measure, MetricScore, count_draws, score
from automl.export.bundle import Bundle
from automl.export.foreign import foreign
from automl.export.labelled.labelled import Labelled
from automl.export.labelled.sieve import LeftOut, Sieve
from automl.export.one_thread import one_thread
from automl.export.run import Outputs, run_module
from automl.export.samples import in_batches

if TYPE_CHECKING:
    from automl.data.dataset import Split, Targets
    from automl.tasks.task import Task

BATCH = 64
SEED = 0


@dataclass(frozen=True)
class Evaluation:
    """What a model is worth on examples.

    Args:
        examples: How many there were.
        draws: How many times they were drawn anew for the intervals.
        scores: All metrics of the task.
    """

    examples: int
    draws: int
    scores: tuple[MetricScore, ...]

    @property
    def basis(self) -> str:
        """What the intervals rest on: ``"1,000 examples, bootstrap of 100 draws"``."""
        return f"{count(self.examples, 'example')}, bootstrap of {self.draws:,} draws"

    def score(self, metric: str) -> MetricScore:
        """The score of one metric, which is one of the task's."""
        return next(each for each in self.scores if each.metric == metric)


def evaluate(bundle: Bundle, split: Split) -> Evaluation:
    """All metrics of a bundle's task on a split, with 95 % intervals.

    Args:
        bundle: One with weights; the model runs on the CPU, a batch after the other.
        split: Inputs as the bundle's encoding makes them, targets as its target says.

    Raises:
        DataError: if there is no example.
        UserError: if the bundle is damaged, or its model cannot be run.
    """
    if not len(split):
        raise DataError("there is no example to measure the model on")
    run = run_module(bundle.model())
    with foreign(UserError, "the bundle's model cannot be run"):
        outputs = in_batches(run, split.inputs, BATCH)
    return _evaluation(bundle, outputs, split.targets)


def evaluate_labelled(
    bundle: Bundle, examples: Iterable[Labelled], told: Callable[[int], None]
) -> tuple[Evaluation, LeftOut]:
    """Likewise on examples as they come, of which a batch is in memory at a time.

    Args:
        bundle: One with weights.
        examples: As the bundle's encoding reads them.
        told: Is given how many examples are done, batch by batch.

    Raises:
        DataError: if there is no example that it can be measured on; says why.
        UserError: if the bundle is damaged, or its model cannot be run.
    """
    run, encoding = run_module(bundle.model()), bundle.facts.encoding
    sieve, outputs, targets = Sieve(bundle.facts.target), [], []
    kept = sieve.sift(examples)
    while batch := list(islice(kept, BATCH)):
        with foreign(UserError, "the bundle's model cannot be run"):
            outputs.append(run(encoding.stack([value for value, _ in batch])))
        targets += [target for _, target in batch]
        told(len(targets))
    if not targets:
        why = sieve.left_out or "there is none at all"
        raise DataError(f"there is no example to measure the model on; {why}")
    return _evaluation(bundle, np.concatenate(outputs), np.stack(targets)), sieve.left_out


def _evaluation(bundle: Bundle, outputs: Outputs, targets: Targets) -> Evaluation:
    # Threads that wait for one another take longer over a few numbers than these take alone.
    with one_thread():
        scores = score(_measure_of(bundle.facts.make_task()), outputs, targets, SEED)
    return Evaluation(len(targets), count_draws(outputs), scores)


def _measure_of(task: Task) -> Measure:
    import torch

    def measure(outputs: npt.NDArray[Any], targets: npt.NDArray[Any]) -> Mapping[str, float]:
        # Copies, for PyTorch takes no read-only arrays.
        return task.measure(torch.tensor(outputs), torch.tensor(targets))

    return measure
