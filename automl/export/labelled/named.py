"""The examples of a dataset that has a name, as a bundle's model takes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy.typing as npt

from automl.core.errors import DataError
from automl.core.target import Classes, Target
from automl.data.dataset import Dataset
from automl.data.encodings.encoding import Encoding, Reading
from automl.data.encodings.text import TextEncoding
from automl.data.load import configure, find_source
from automl.data.source import Announce
from automl.data.text.source import TextSource
from automl.export.labelled.labelled import Labelled, Truth


def read_named(
    name: str, data: Dataset, encoding: Encoding, announce: Announce
) -> Iterator[Labelled]:
    """All examples of a dataset that a model was not trained on.

    Args:
        name: The dataset's.
        data: The dataset as it is loaded by itself.
        encoding: The bundle's.
        announce: Is told, a line at a time, of work that takes seconds.

    Raises:
        DataError: its examples are not such that the model can take them.
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


def examples_of(name: str, data: Dataset) -> Iterator[Labelled]:
    """The examples of all splits as they are, called after the dataset."""
    for split in (data.train, data.validation, data.test):
        for value, truth in zip(split.inputs, split.targets, strict=True):
            yield Labelled(Reading(name, value), _truth(truth, data.target))


def _read_texts(name: str, encoding: TextEncoding, announce: Announce) -> Iterator[Labelled]:
    """The texts themselves, for the bundle's tokenizer."""
    source = configure(find_source(name, "text"), name, {})
    if not isinstance(source, TextSource):
        raise DataError(f"{name}: there are no texts in it")
    corpus = source.read(source.locate(name, announce), seed=0)
    for split in corpus.splits.values():
        for text, truth in zip(split.inputs, split.targets, strict=True):
            (ids,) = encoding.encode([text])
            yield Labelled(Reading(name, ids), _truth(truth, corpus.target))


def _truth(value: npt.NDArray[Any], target: Target) -> Truth:
    return target.labels[int(value)] if isinstance(target, Classes) else value
