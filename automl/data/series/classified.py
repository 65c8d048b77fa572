"""From labelled series to a finished dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from automl.core.errors import DataError
from automl.core.target import Classes
from automl.data.dataset import Dataset, Indices, Split, Targets
from automl.data.encodings.series import SeriesEncoding
from automl.data.series.fingerprint import hash_arrays
from automl.data.series.numbers import mean_and_std
from automl.data.series.rows import SeriesRows, stack_rows
from automl.data.series.whole_series import WholeSeries
from automl.data.splits import check_enough


def class_ids(labels: Sequence[str]) -> tuple[tuple[str, ...], Targets]:
    """The names of the classes in order, and the id of each series's class.

    Raises:
        DataError: There is one class only.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise DataError(f"all series have the label {names[0]!r}; to learn, there must be two")
    ids = {name: number for number, name in enumerate(names)}
    return names, np.array([ids[label] for label in labels], np.int64)


def assemble(
    name: str,
    rows: SeriesRows,
    parts: Mapping[str, Indices],
    *,
    ignored: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Dataset:
    """A dataset of labelled series.

    Args:
        name: Short name, for people.
        rows: The series of all splits.
        parts: Which of them are in ``train``, ``validation`` and ``test``.
        ignored: Columns of a table that were no steps.
        notes: What the user should be told.

    Raises:
        DataError: Series differ in length, or a split lacks a class.
    """
    inputs, filled = stack_rows(rows)
    labels, targets = class_ids(rows.labels or ())
    splits = {part: Split(inputs[which], targets[which]) for part, which in parts.items()}
    check_enough({part: split.targets for part, split in splits.items()}, labels)
    mean, std = mean_and_std(splits["train"].inputs)
    return Dataset(
        name=name,
        task="series_classification",
        train=splits["train"],
        validation=splits["validation"],
        test=splits["test"],
        encoding=SeriesEncoding(
            length=inputs.shape[1], mean=mean, std=std, content=WholeSeries(ignored=ignored)
        ),
        target=Classes(labels),
        notes=(*notes, *_filled(filled), *_repeated(splits)),
        fingerprint=hash_arrays(labels, [inputs, targets]),
    )


def _filled(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"filled {count:,} missing values on the line between their neighbours",)


def _repeated(splits: Mapping[str, Split]) -> tuple[str, ...]:
    known = {series.tobytes() for series in splits["train"].inputs}
    counts = {
        part: sum(series.tobytes() in known for series in splits[part].inputs)
        for part in ("validation", "test")
    }
    return tuple(
        f"{count:,} of {len(splits[part]):,} {part} series are in train too, value for value: "
        f"the scores on {part} flatter"
        for part, count in counts.items()
        if count
    )
