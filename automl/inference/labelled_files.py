"""Reads examples with known answers from files and folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.data_types import Classes, Quantities, Target
from automl.core.errors import DataError
from automl.data.cells.values import is_missing_text, spellings
from automl.data.dataset import Split, standardize
from automl.data.encoding import Reading
from automl.data.folder_layout import find_layout
from automl.data.series.encoding import SeriesEncoding, WholeSeries
from automl.data.series.items import LongColumns
from automl.data.series.layouts import is_ts, one_of_each, read_ts
from automl.data.series.timeline import make_timeline
from automl.data.series.variables import LatestWindow, fill_forward
from automl.data.series.windows import MOST_HELD_OUT, StepRange, Windows, starts_of, thin_out
from automl.data.tables.columns import NumberColumn, as_text
from automl.data.tables.encoding import TableEncoding
from automl.data.tables.reader import is_table, open_table, read_table
from automl.data.tables.roles import check_column
from automl.data.tables.type_inference import KnownColumns
from automl.export.facts import ModelFacts
from automl.inference.inputs import read_file
from automl.inference.labelled import LabelledExample, Truth

if TYPE_CHECKING:
    import pandas as pd

# Share of a column's values that must be labels of the model for it to be the column of targets.
ENOUGH = 0.5


def read_labelled(path: Path, facts: ModelFacts, target: str | None) -> Iterator[LabelledExample]:
    """Every example at a path.

    Args:
        path: Folder with a folder of images or texts for each class; table with a column of
            targets; .ts file; for forecasts, table with a row for each step.
        facts: Description of the model: its encoding reads the inputs, its target the answers.
        target: Column of a table that holds the targets; None to find it.

    Raises:
        DataError: the path does not exist or cannot be read.
    """
    encoding = facts.encoding
    if not path.exists():
        raise DataError(f"there is no file or folder {str(path)!r}, and no dataset of that name")
    if isinstance(encoding, SeriesEncoding) and isinstance(facts.target, Quantities):
        return read_windows(path, encoding, facts.target)
    if path.is_dir() or (encoding.kind == "images" and not is_table(path)):
        return _read_folder(path, facts)
    return _read_series(path, facts) if is_ts(path) else _read_rows(path, facts, target)


def _read_folder(root: Path, facts: ModelFacts) -> Iterator[LabelledExample]:
    kind = {"images": "image.png", "text": "text.txt"}.get(facts.encoding.kind)
    if kind is None:
        raise DataError(f"{root}: this is a folder, but the file of a table is needed")
    known = facts.target.labels if isinstance(facts.target, Classes) else ()
    try:
        layout = find_layout(root, kind, known)
    except (DataError, OSError) as error:
        raise DataError(f"{root}: {error}") from None
    for files in layout.splits.values():
        for file in files:
            for reading in read_file(file.path, facts.encoding):
                yield LabelledExample(reading, layout.labels[file.target])


def _read_rows(path: Path, facts: ModelFacts, target: str | None) -> Iterator[LabelledExample]:
    written: KnownColumns | None = (
        {} if isinstance(facts.target, Classes) else None
    )  # labels stay texts
    characters = getattr(facts.encoding, "characters", None)
    frame = open_table(path, written, characters).frame
    try:
        column = find_column(frame, facts, target)
        if (long := _long(facts)) is not None:
            truths: Sequence[Truth] = one_of_each(frame, long, column)
        else:
            truths = read_truths(frame[column], facts.target)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    del frame  # the encoding reads the file anew
    for reading, truth in zip(facts.encoding.read(path), truths, strict=True):
        yield LabelledExample(reading, truth)


def _long(facts: ModelFacts) -> LongColumns | None:
    """The columns of a table with several rows for each series, if the model reads such tables."""
    content = facts.encoding.content if isinstance(facts.encoding, SeriesEncoding) else None
    return content.columns if isinstance(content, WholeSeries) and content.item else None


def _read_series(path: Path, facts: ModelFacts) -> Iterator[LabelledExample]:
    labels = read_ts(path).labels
    if labels is None:
        raise DataError(f"{path}: the series have no labels (@classLabel true)")
    for reading, label in zip(facts.encoding.read(path), labels, strict=True):
        yield LabelledExample(reading, label)


def find_column(frame: pd.DataFrame, facts: ModelFacts, given: str | None) -> str:
    """The column of the targets: the given one, or the one with the name or labels of the training.

    Args:
        frame: The table.
        facts: Description of the model.
        given: Name of a column, or None to find it.

    Raises:
        DataError: there is no such column, or several could be meant.
    """
    columns = list(frame.columns)
    if given is not None:
        return check_column(columns, given, "--target")
    if not isinstance(facts.target, Classes):
        return check_column(columns, facts.target.names[0], "the target of the model")
    found = _labelled_as_in_training(columns, facts) or [
        column
        for column in columns
        if column not in _inputs(facts) and _holds_labels(frame[column], facts.target)
    ]
    if len(found) == 1:
        return found[0]
    labels = ", ".join(map(repr, facts.target.labels[:5]))
    raise DataError(
        f"{len(found) or 'no'} columns hold labels of the model ({labels}, …), of "
        f"{', '.join(map(repr, columns[:10]))}; name the one with the correct answers with --target"
    )


def read_truths(values: pd.Series[Any], target: Target) -> Sequence[Truth]:
    """The correct answer of each row, None where it is missing.

    Args:
        values: Column of the targets.
        target: What the model predicts.

    Raises:
        DataError: a value is not a number, though the model predicts numbers.
    """
    if isinstance(target, Classes):
        texts = as_text(values)
        return [
            None if gone else _label(text, target.labels)
            for text, gone in zip(texts, texts.isna(), strict=True)
        ]
    numbers = NumberColumn(name=str(values.name)).exact(values)
    units = standardize(numbers[:, None, None], target.mean, target.std)
    return [None if np.isnan(unit).any() else unit for unit in units]


def _label(text: str, labels: Sequence[str]) -> str | None:
    """A label in the spelling of the training, or unchanged if the model does not know it."""
    if is_missing_text(text, labels):
        return None
    return next((each for each in spellings(text) if each in labels), text)


def _labelled_as_in_training(columns: Sequence[str], facts: ModelFacts) -> list[str]:
    """The column that held the labels of whole series in training, if the table has it."""
    if not isinstance(facts.encoding, SeriesEncoding) or facts.encoding.content.unit != "series":
        return []
    return [column for column in facts.encoding.content.ignored[:1] if column in columns]


def _inputs(facts: ModelFacts) -> set[str]:
    """Names of the columns that the model sees, and so does not predict."""
    if not isinstance(facts.encoding, TableEncoding):
        return set()
    return {column.name for column in facts.encoding.columns}


def _holds_labels(values: pd.Series[Any], target: Classes) -> bool:
    texts = as_text(values.dropna())
    known = texts[texts != ""].map(lambda text: _label(text, target.labels) in target.labels)
    return bool(len(known)) and bool(known.mean() >= ENOUGH)


def read_windows(
    path: Path, encoding: SeriesEncoding, target: Quantities
) -> Iterator[LabelledExample]:
    """Every window of a table, or every n-th if there are too many.

    Args:
        path: Table with a row for each step.
        encoding: Encoding of the latest window, which knows the columns of the variables.
        target: What is forecast, and how many steps ahead.

    Raises:
        DataError: the table cannot be read, or is too short.
    """
    frame = read_table(path)
    try:
        split = _cut(frame, encoding, target)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    assert split.clusters is not None, "windows come in blocks"
    name, blocks = split.clusters.name, split.clusters.ids.tolist()
    pairs = zip(split.inputs, split.targets, blocks, strict=True)
    for number, (window, ahead, block) in enumerate(pairs, start=1):
        yield LabelledExample(Reading(f"{path} window {number:,}", window), ahead, block, name)


def _cut(frame: pd.DataFrame, encoding: SeriesEncoding, target: Quantities) -> Split:
    content, windows = encoding.content, Windows(encoding.length, target.steps)
    if not isinstance(content, LatestWindow):
        raise DataError("the bundle forecasts, but its encoding is for whole series")
    line = make_timeline(frame, content.time, content.items, content.step)
    values = content.values(line.frame, line.times)
    units = [
        standardize(line.on_grid(item, values), encoding.mean, encoding.std)
        for item in range(len(line.names))
    ]
    ends = np.cumsum([len(each) for each in units]).tolist()
    stretches = [
        StepRange(end - len(each), end, end - len(each))
        for each, end in zip(units, ends, strict=True)
    ]
    starts = starts_of(windows, stretches)
    if not len(starts):
        raise DataError(
            f"{len(frame):,} rows, but a window needs {windows.history} steps and the "
            f"{windows.horizon} after them"
        )
    targets = np.concatenate(units)[:, : len(target.names)]
    starts = windows.usable(starts, np.logical_and.reduce(np.isnan(targets), axis=1))
    if not len(starts):
        raise DataError(f"a target is missing in every stretch of {windows.horizon} steps")
    inputs = np.concatenate([fill_forward(each) for each in units])
    return windows.take(inputs, targets, thin_out(starts, MOST_HELD_OUT))
