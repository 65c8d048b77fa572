"""Examples with known answers: which of them a model can be measured on, and those of datasets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.data_types import Classes, Target
from automl.core.errors import DataError
from automl.core.text import count
from automl.data.dataset import Dataset
from automl.data.encoding import Array, Encoding, Reading
from automl.data.images.encoding import ImageEncoding
from automl.data.series.encoding import SeriesEncoding, WholeSeries
from automl.data.series.items import NO_ITEM
from automl.data.source import Announce, configure, find_source, load_dataset
from automl.data.tables.encoding import TableEncoding
from automl.data.text.encoding import TextEncoding
from automl.data.text.source import TextSource
from automl.data.text.tokenizers import SMALLEST_VOCABULARY
from automl.export.facts import ModelFacts

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


def load_as_trained(
    data: str, facts: ModelFacts, target: str | None, seed: int, announce: Announce
) -> Dataset | None:
    """A dataset, read and split like the training data of a bundle, as far as the bundle says how.

    Args:
        data: Name of a dataset, or a path.
        facts: Description of the bundle's model.
        target: Column of the targets; None to find it as a search does.
        seed: Seed of the search.
        announce: Function that is told about work that takes seconds, a line at a time.

    Returns:
        The dataset, or None if it could not be trained on, such as a few new examples of one class.

    Raises:
        UnknownName: ``data`` looks like a name, but there is no dataset and no path of that name.
    """
    kind = facts.make_task().data
    known = find_source(data, kind).model_fields
    task = "classification" if isinstance(facts.target, Classes) else "regression"
    options = {**_options(facts), "task": task, **({"target": target} if target else {})}
    given = {name: each for name, each in options.items() if name in known and each is not None}
    try:
        found = load_dataset(data, kind, given, seed, announce)
        if found.target == facts.target or "keep_rare" not in known:
            return found
        # A bundle does not say whether rare classes were kept; its labels do.
        kept = load_dataset(data, kind, {**given, "keep_rare": True}, seed, announce)
        return kept if kept.target == facts.target else found
    except DataError:
        return None


def has_same_splits(data: Dataset, facts: ModelFacts) -> bool:
    """Whether the splits are those of the training.

    The encoding is learned from the train split, so that another train split has another encoding.
    """
    return data.encoding == facts.encoding and data.target == facts.target


def _options(facts: ModelFacts) -> Mapping[str, Any]:
    """Options of a data source by which the training data can be read again."""
    encoding = facts.encoding
    # A bundle knows the column of quantities, but not that of classes.
    target = None if isinstance(facts.target, Classes) else facts.target.names[0]
    if isinstance(encoding, ImageEncoding):
        channels, height, _ = encoding.image_shape
        return {"size": height, "channels": channels}
    if isinstance(encoding, TextEncoding):
        vocabulary = max(SMALLEST_VOCABULARY, encoding.shape.vocabulary)
        options = {"tokenizer": encoding.tokenizer, "vocabulary": vocabulary}
        columns = {"text": encoding.text, "target": target, "encoding": encoding.characters}
        return {**options, "length": encoding.length, **columns}
    if isinstance(encoding, SeriesEncoding):
        return _options_of_series(facts, encoding)
    if isinstance(encoding, TableEncoding):
        return {"target": target, **_options_of_table(encoding)}
    return {"target": target}


def _options_of_table(encoding: TableEncoding) -> Mapping[str, Any]:
    forms = {form for date in encoding.dates for form in date.forms}
    return {
        "encoding": encoding.characters,
        "time_format": forms.pop() if len(forms) == 1 else None,
    }


def _options_of_series(facts: ModelFacts, encoding: SeriesEncoding) -> Mapping[str, Any]:
    content = encoding.content
    if isinstance(content, WholeSeries) or isinstance(facts.target, Classes):
        ignored = content.ignored if isinstance(content, WholeSeries) else ()
        options: dict[str, Any] = dict(zip(("target", "group"), ignored, strict=False))
        if isinstance(content, WholeSeries) and content.item:
            options["item"] = content.item
        return options
    return {
        "history": encoding.length,
        "horizon": facts.target.steps,
        "level": encoding.level,
        "target": ",".join(facts.target.names),
        "time": ",".join(content.time.names)
        if content.time.forms or len(content.time.names) == 1
        else None,
        "time_format": content.time.forms[0] if len(content.time.forms) == 1 else None,
        "item": ",".join(content.items) or NO_ITEM,
    }


def read_dataset(
    name: str, data: Dataset, encoding: Encoding, announce: Announce
) -> Iterator[LabelledExample]:
    """All examples of a dataset that a model was not trained on.

    Args:
        name: Name of the dataset.
        data: The dataset as it is loaded by itself.
        encoding: Encoding of the bundle.
        announce: Function that is told about work that takes seconds, a line at a time.

    Raises:
        DataError: the model cannot take the dataset's examples.
    """
    if isinstance(encoding, TextEncoding):
        yield from _read_texts(name, encoding, announce)
        return
    same_pixels = encoding.kind == "images" and encoding.raw_shape == data.encoding.raw_shape
    if not same_pixels and encoding != data.encoding:
        raise DataError(
            f"{name}: the model takes {encoding.describe()}, and not the "
            f"{data.encoding.describe()} of this dataset; bring files of your own, which are read "
            "as the model takes them"
        )
    yield from examples_of(name, data)


def examples_of(name: str, data: Dataset) -> Iterator[LabelledExample]:
    """The examples of all splits of a dataset whose encoding is the model's."""
    for number, split in enumerate((data.train, data.validation, data.test)):
        clusters = split.clusters
        for at, (value, truth) in enumerate(zip(split.inputs, split.targets, strict=True)):
            reading, answer = Reading(name, value), _truth(truth, data.target)
            if clusters is None:
                yield LabelledExample(reading, answer)
            else:
                cluster = (number, int(clusters.ids[at]))
                yield LabelledExample(reading, answer, cluster, clusters.name)


def _read_texts(name: str, encoding: TextEncoding, announce: Announce) -> Iterator[LabelledExample]:
    """The texts of a dataset, tokenized by the bundle's encoding."""
    source = configure(find_source(name, "text"), name, {})
    if not isinstance(source, TextSource):
        raise DataError(f"{name}: there are no texts in it")
    corpus = source.read(source.locate(name, announce), seed=0)
    for split in corpus.splits.values():
        for text, truth in zip(split.inputs, split.targets, strict=True):
            (ids,) = encoding.encode([text])
            yield LabelledExample(Reading(name, ids), _truth(truth, corpus.target))


def _truth(value: npt.NDArray[Any], target: Target) -> Truth:
    return target.labels[int(value)] if isinstance(target, Classes) else value
