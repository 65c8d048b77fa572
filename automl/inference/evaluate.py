"""Scores of a bundle's model on examples with known answers, and how honest they are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError, UserError
from automl.core.text import count
from automl.data import DATASETS
from automl.data.dataset import Clusters, Dataset, Split, Targets
from automl.data.source import Announce, ReadProgress
from automl.export.bundle import Bundle
from automl.export.runtime import Outputs, as_function, in_batches, one_thread, third_party
from automl.inference.bootstrap import Measure, MetricScore, score
from automl.inference.labelled import (
    ExampleFilter,
    LabelledExample,
    SkippedExamples,
    examples_of,
    has_same_splits,
    load_as_trained,
    read_dataset,
)
from automl.inference.labelled_files import read_labelled
from automl.tasks.task import Task

BATCH = 64
# Size of the outputs beyond which resampling costly metrics would take minutes.
COSTLY = 4_000_000
SEED = 0
SPLITS = ("all", "train", "validation", "test")
# Function that counts a look at a test split, given the fingerprints of the data and of the split;
# it returns the number of looks so far, or None if nobody counts.
Opening = Callable[[str, str], int | None]

# Whether the model was trained on the data -> why it has no splits.
_NO_SPLITS = {
    False: "the model was not trained on this data, so that all of it is new to it",
    True: "the splits of this data are not those of the search, whose model was trained on it",
}
_UNKNOWN_SPLITS = (
    "the model was trained on most of this data, which makes it look better than it is; the splits "
    "are unknown (give the --seed of the search; splits by --group or --time stay unknown)"
)
_TRAINED = "the model was trained on this data; only its test split is new to it"
_CHOSEN = "the search chose the model by this split; only the test split is new to it"
# Split, and whether the model was trained on train and validation together -> notes.
_NOTES: Mapping[tuple[str, bool], tuple[str, ...]] = {
    ("test", False): (),
    ("test", True): (),
    ("validation", False): (_CHOSEN,),
    ("validation", True): (_TRAINED,),
    **{(split, final): (_TRAINED,) for split in ("train", "all") for final in (False, True)},
}


@dataclass(frozen=True)
class Evaluation:
    """Scores of a model on examples.

    Args:
        examples: Number of examples.
        drawn: What was resampled for the intervals: ``"1,000 examples"``, ``"300 examples in 12
            groups"``.
        scores: Scores by all metrics of the task.
    """

    examples: int
    drawn: str
    scores: tuple[MetricScore, ...]

    @property
    def basis(self) -> str:
        """How the intervals were found.

        Such as ``"1,000 examples, bootstrap of 100 draws, Wilson's interval for accuracy"``.
        """
        names: dict[str, list[str]] = {}
        for each in self.scores:
            names.setdefault(each.method, []).append(each.metric)
        usual, *others = sorted(names, key=lambda method: -len(names[method]))
        exceptions = [_exception(method, ", ".join(names[method])) for method in others]
        return ", ".join([self.drawn, usual, *exceptions])

    def basis_of(self, metric: str) -> str:
        """How the interval of one metric was found: ``"1,000 examples, Wilson's interval"``."""
        return f"{self.drawn}, {self.score(metric).method}"

    def score(self, metric: str) -> MetricScore:
        """The score by one of the task's metrics."""
        return next(each for each in self.scores if each.metric == metric)


def _exception(method: str, metrics: str) -> str:
    """``"Wilson's interval for accuracy"``, or ``"no interval for r2: all draws agree"``."""
    what, colon, why = method.partition(":")
    return f"{what} for {metrics}{colon}{why}"


def evaluate_split(bundle: Bundle, split: Split, only: str | None = None) -> Evaluation:
    """Scores by the metrics of a bundle's task on a split, with 95% intervals.

    Args:
        bundle: Bundle of the model, which runs on the CPU.
        split: Inputs as the bundle's encoding makes them, targets as its target says.
        only: The one metric that is needed, which may take a tenth of the time; None is all.

    Raises:
        DataError: the split is empty.
        UserError: the bundle is damaged, or its model cannot be run.
    """
    if not len(split):
        raise DataError("there is no example to measure the model on")
    run = as_function(bundle.model())
    with third_party(UserError, "the bundle's model cannot be run"):
        outputs = in_batches(run, split.inputs, BATCH)
    return evaluate_outputs(bundle, outputs, split, only)


def evaluate_outputs(
    bundle: Bundle, outputs: Outputs, split: Split, only: str | None = None
) -> Evaluation:
    """Scores on a split of a model that has run; see ``evaluate_split``.

    Args:
        bundle: Bundle of the model.
        outputs: Its outputs for the split, (N, …).
        split: The split.
        only: The one metric that is needed; None is all.
    """
    return _evaluation(bundle, outputs, split.targets, split.clusters, only)


def evaluate_labelled(
    bundle: Bundle, examples: Iterable[LabelledExample], progress: Callable[[int], None]
) -> tuple[Evaluation, SkippedExamples]:
    """Scores on examples as they come, of which one batch is in memory at a time.

    Args:
        bundle: Bundle of the model, which runs on the CPU.
        examples: Examples as the bundle's encoding reads them.
        progress: Function that is called after each batch with the number of examples so far.

    Returns:
        The scores with 95% intervals, and the examples that could not be used.

    Raises:
        DataError: no example can be used; the message says why.
        UserError: the bundle is damaged, or its model cannot be run.
    """
    run, encoding = as_function(bundle.model()), bundle.facts.encoding
    usable, outputs, targets = ExampleFilter(bundle.facts.target), [], []
    clusters: list[tuple[str, Hashable]] = []
    kept = usable.keep(examples)
    while batch := list(islice(kept, BATCH)):
        with third_party(UserError, "the bundle's model cannot be run"):
            outputs.append(run(encoding.stack([value for value, _, _ in batch])))
        targets += [target for _, target, _ in batch]
        clusters += [(source.clusters, source.cluster) for _, _, source in batch]
        progress(len(targets))
    if not targets:
        why = usable.skipped or "there is none at all"
        raise DataError(f"there is no example to measure the model on; {why}")
    found = _evaluation(bundle, np.concatenate(outputs), np.stack(targets), _clusters(clusters))
    return found, usable.skipped


def _clusters(found: Sequence[tuple[str, Hashable]]) -> Clusters | None:
    name, numbers = found[0][0], dict[Hashable, int]()
    if not name:
        return None
    return Clusters(np.array([numbers.setdefault(each, len(numbers)) for each in found]), name)


def _evaluation(
    bundle: Bundle,
    outputs: Outputs,
    targets: Targets,
    clusters: Clusters | None,
    only: str | None = None,
) -> Evaluation:
    task = bundle.facts.make_task()
    # For so few numbers, several threads would be slower than one.
    with one_thread():
        costly = task.costly if outputs.size > COSTLY else frozenset()
        scores = score(
            _measure_of(task, frozenset(), only),
            outputs,
            targets,
            SEED,
            clusters=clusters,
            shares=task.shares,
            of_draws=_measure_of(task, costly, only),
        )
    drawn = count(len(targets), "example")
    if clusters is not None:
        drawn += f" in {clusters.count:,} {clusters.name}"
    return Evaluation(len(targets), drawn, scores)


def _measure_of(task: Task, without: frozenset[str], only: str | None = None) -> Measure:
    import torch

    if only is not None:
        without = without | (task.costly - {only})

    def measure(outputs: npt.NDArray[Any], targets: npt.NDArray[Any]) -> Mapping[str, float]:
        # Copies, because PyTorch does not take read-only arrays.
        found = task.measure(torch.tensor(outputs), torch.tensor(targets), without)
        return {name: each for name, each in found.items() if only in (None, name)}

    return measure


@dataclass(frozen=True)
class BundleEvaluation:
    """Scores of a bundle's model on data that a user names.

    Args:
        data: Name or path of the data, as given.
        split: Split that was measured, or ``"all"``.
        trained_on: Whether the model was trained on this data, by its SHA-256.
        evaluation: Scores with intervals.
        left_out: Examples that the model could not be measured on.
        notes: Notes for the user, a sentence each.
        test_opened: Number of looks at the training's test split, this one included; None if it
            stays closed or nobody counts.
    """

    data: str
    split: str
    trained_on: bool
    evaluation: Evaluation
    left_out: SkippedExamples
    notes: tuple[str, ...]
    test_opened: int | None = None


def evaluate_bundle(
    bundle: Bundle,
    data: str,
    split: str | None,
    target: str | None,
    seed: int,
    announce: Announce,
    opening: Opening = lambda data, split: None,
) -> BundleEvaluation:
    """Scores on data that a user names, and notes on how honest they are.

    Args:
        bundle: Bundle of the model.
        data: Name of a dataset, or path of a file or folder.
        split: ``"train"``, ``"validation"``, ``"test"`` or ``"all"``. None: the test split of the
            training data, all of any other data.
        target: Column of a table that holds the targets; None to find it.
        seed: Seed of the search, by which the training data was split.
        announce: Function that is told about work that takes seconds, a line at a time.
        opening: Function that counts looks at the test split, called before each.

    Raises:
        UserError: there is no such data or split, or nothing to measure.
    """
    if split is not None and split not in SPLITS:
        raise UserError(f"--split {split!r}: choose one of {', '.join(SPLITS)}")
    facts = bundle.facts
    loaded = load_as_trained(data, facts, target, seed, announce)
    trained_on = loaded is not None and loaded.fingerprint == facts.origin.fingerprint
    progress = ReadProgress(announce, f"{facts.encoding.unit} measured:", total=0)
    known = loaded if loaded and trained_on and has_same_splits(loaded, facts) else None
    wanted = split or ("test" if known else "all")
    if known is None and wanted != "all":
        raise UserError(f"--split {split!r}: {_NO_SPLITS[trained_on]}; leave out --split")
    opened = None
    if loaded and trained_on and wanted in ("all", "test"):
        opened = opening(loaded.fingerprint, facts.origin.test_split or loaded.test_split)
    if known is not None:
        return replace(_evaluate_known(bundle, data, known, wanted, progress), test_opened=opened)
    if loaded and data in DATASETS:
        examples = read_dataset(data, loaded, facts.encoding, announce)
    else:
        examples = read_labelled(Path(data).expanduser(), facts, target)
    notes = [_UNKNOWN_SPLITS] if trained_on else []
    evaluation, left_out = evaluate_labelled(bundle, _noted(examples, notes), progress)
    return BundleEvaluation(data, "all", trained_on, evaluation, left_out, tuple(notes), opened)


def _noted(examples: Iterable[LabelledExample], notes: list[str]) -> Iterator[LabelledExample]:
    """The examples, unchanged; notes on how they were read are added to ``notes``."""
    for each in examples:
        if each.reading.note:
            notes.append(each.reading.note)
        yield each


def _evaluate_known(
    bundle: Bundle, name: str, data: Dataset, split: str, progress: ReadProgress
) -> BundleEvaluation:
    """Scores on the training data, whose splits are known."""
    if split == "all":
        examples = examples_of(name, data)
        evaluation, left_out = evaluate_labelled(bundle, examples, progress)
    else:
        evaluation, left_out = evaluate_split(bundle, getattr(data, split)), SkippedExamples()
    joined = bundle.facts.trained_on_validation
    return BundleEvaluation(name, split, True, evaluation, left_out, _NOTES[split, joined])
