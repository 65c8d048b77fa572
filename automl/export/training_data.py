"""Finds out whether data is what a bundle's model was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.core.errors import DataError
from automl.core.target import Classes
from automl.data.dataset import Dataset
from automl.data.encodings.images import ImageEncoding
from automl.data.encodings.series import SeriesEncoding
from automl.data.encodings.text import TextEncoding
from automl.data.load import find_source, load_dataset
from automl.data.series.latest_window import LatestWindow
from automl.data.series.whole_series import WholeSeries
from automl.data.source import Announce
from automl.data.text.tokenizers.tokenizer import SMALLEST_VOCABULARY
from automl.export.facts import ModelFacts


def load_as_trained(
    data: str, facts: ModelFacts, target: str | None, seed: int, announce: Announce
) -> Dataset | None:
    """A dataset, read and cut as for the training of a bundle as far as the bundle tells.

    Args:
        data: A dataset's name, or a path.
        facts: Of the bundle.
        target: The column of the targets; None to find it as a search does.
        seed: Of the search.
        announce: Is told, a line at a time, of work that takes seconds.

    Returns:
        None where nothing could be trained on it: a few new examples of one class, say.

    Raises:
        UnknownName: it looks like a name, but there is no dataset and no path of that name.
    """
    kind = facts.make_task().data
    known = find_source(data, kind).model_fields
    options = {**_options(facts), **({"target": target} if target else {})}
    given = {name: each for name, each in options.items() if name in known and each is not None}
    try:
        return load_dataset(data, kind, given, seed, announce)
    except DataError:
        return None


def is_cut_alike(data: Dataset, facts: ModelFacts) -> bool:
    """Whether the splits are those of the training.

    The encoding is learned from the train split, so that it is another one where that is.
    """
    return data.encoding == facts.encoding and data.target == facts.target


def _options(facts: ModelFacts) -> Mapping[str, Any]:
    encoding = facts.encoding
    # Of classes, a bundle does not know the column.
    target = None if isinstance(facts.target, Classes) else facts.target.names[0]
    if isinstance(encoding, ImageEncoding):
        channels, height, _ = encoding.image_shape
        return {"size": height, "channels": channels}
    if isinstance(encoding, TextEncoding):
        vocabulary = max(SMALLEST_VOCABULARY, encoding.shape.vocabulary)
        options = {"tokenizer": encoding.tokenizer, "vocabulary": vocabulary}
        return {**options, "length": encoding.length, "text": encoding.text, "target": target}
    if isinstance(encoding, SeriesEncoding):
        return _options_of_series(facts, encoding)
    return {"target": target}


def _options_of_series(facts: ModelFacts, encoding: SeriesEncoding) -> Mapping[str, Any]:
    content = encoding.content
    if isinstance(content, WholeSeries) or isinstance(facts.target, Classes):
        ignored = content.ignored if isinstance(content, WholeSeries) else ()
        return dict(zip(("target", "group"), ignored, strict=False))
    return {
        "history": encoding.length,
        "horizon": facts.target.steps,
        "level": "window" if encoding.from_last else "train",
        "target": facts.target.names[0] if len(facts.target.names) == 1 else None,
        "time": _time(content),
    }


def _time(content: LatestWindow) -> str | None:
    names = content.time.names
    return names[0] if len(names) == 1 else None
