"""From a path to the examples there, with their targets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from automl.core.errors import DataError
from automl.core.target import Quantities
from automl.data.encodings.series import SeriesEncoding
from automl.data.folder_layout import find_layout
from automl.data.series.ts_format import is_ts, read_ts
from automl.export.facts import ModelFacts
from automl.export.labelled.labelled import Labelled
from automl.export.labelled.windows import read_windows
from automl.export.readings import read_file


def read_labelled(path: Path, facts: ModelFacts, target: str | None) -> Iterator[Labelled]:
    """Every example at a path.

    Args:
        path: A folder per class of images or texts; a table with a column of targets; a .ts file;
            to forecast, a table with a row for each step.
        facts: Of the bundle: its encoding reads the inputs, its target says what is looked for.
        target: The column of a table that holds the targets; None to find it.

    Raises:
        DataError: there is nothing there, or it cannot be read as a whole.
    """
    encoding = facts.encoding
    if not path.exists():
        raise DataError(f"there is no file or folder {str(path)!r}, and no dataset of that name")
    if isinstance(encoding, SeriesEncoding) and isinstance(facts.target, Quantities):
        return read_windows(path, encoding, facts.target)
    if path.is_dir() or encoding.kind == "images":
        return _read_folder(path, facts)
    return _read_series(path, facts) if is_ts(path) else _read_rows(path, facts, target)


def _read_folder(root: Path, facts: ModelFacts) -> Iterator[Labelled]:
    kind = {"images": "image.png", "text": "text.txt"}.get(facts.encoding.kind)
    if kind is None:
        raise DataError(f"{root}: this is a folder, but the file of a table is needed")
    try:
        layout = find_layout(root, kind)
    except (DataError, OSError) as error:
        raise DataError(f"{root}: {error}") from None
    for files in layout.splits.values():
        for file in files:
            for reading in read_file(file.path, facts.encoding):
                yield Labelled(reading, layout.labels[file.target])


def _read_rows(path: Path, facts: ModelFacts, target: str | None) -> Iterator[Labelled]:
    from automl.data.tables.read import read_table
    from automl.export.labelled.column import find_column, read_truths

    frame = read_table(path)
    try:
        truths = read_truths(frame[find_column(frame, facts, target)], facts.target)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    del frame  # the encoding reads the file anew
    for reading, truth in zip(facts.encoding.read(path), truths, strict=True):
        yield Labelled(reading, truth)


def _read_series(path: Path, facts: ModelFacts) -> Iterator[Labelled]:
    labels = read_ts(path).labels
    if labels is None:
        raise DataError(f"{path}: the series have no labels (@classLabel true)")
    for reading, label in zip(facts.encoding.read(path), labels, strict=True):
        yield Labelled(reading, label)
