"""Whole series to classify: from a user's file to a finished dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from automl.core.data_types import Classes
from automl.core.errors import DataError
from automl.data.dataset import Dataset, Indices, Split, Targets, hash_content, mean_and_std
from automl.data.leakage import find_duplicates
from automl.data.series.arrays import SeriesRows, stack_rows
from automl.data.series.encoding import SeriesEncoding, WholeSeries
from automl.data.series.layouts import LabelledRows, is_ts, read_labelled_table, read_ts
from automl.data.source import Announce, Source
from automl.data.splits import ClassSplits, clusters_of, split_classes, split_rows


class LabelledSeries(Source):
    """A .ts file, or a table: a row for each series and a column for each step, or a row a step.

    Series may differ in length; the model does not see the padding behind shorter ones.
    """

    kind = "series"

    target: str | None = None
    """Column of a table with the labels. By default the one named label, class, target or y, else
    the only one that holds no numbers."""

    group: str | None = None
    """Column of a table that says who or what a series is from; series of one group stay in one
    split."""

    item: str | None = None
    """Column that tells series apart, in a table with a row for each step. By default found: the
    rows of an item have one label, beside times that repeat in other items. "none" says that each
    row is a series."""

    keep_rare: bool = False
    """Whether classes of one or two series stay, in train; else they are left out."""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the file ``name``: 70 % train, 15 % validation and 15 % test."""
        path = Path(name)
        found = self._read(path)
        try:
            return self._dataset(path.stem, found, seed)
        except DataError as error:
            raise DataError(f"{name}: {error}") from None

    def _read(self, path: Path) -> LabelledRows:
        if not is_ts(path):
            return read_labelled_table(path, self.target, self.group, self.item)
        for option in ("target", "group", "item"):
            if getattr(self, option) is not None:
                raise DataError(f"{path}: a .ts file has no columns, so leave out --{option}")
        return LabelledRows(read_ts(path))

    def _dataset(self, name: str, read: LabelledRows, seed: int) -> Dataset:
        rows = read.rows
        if rows.labels is None:
            raise DataError("the series have no labels; a line ends with one (@classLabel true)")
        labels, targets = class_ids(rows.labels)
        groups = None if rows.groups is None else np.array(rows.groups)

        def split(which: Indices) -> dict[str, Indices]:
            own = None if groups is None else groups[which].tolist()
            return split_rows(len(which), seed, classes=targets[which], groups=own)

        classed = split_classes(
            targets, labels, split, keep_rare=self.keep_rare, by_chance=groups is None
        )
        return make_labelled_dataset(name, rows, classed, read)


def class_ids(labels: Sequence[str]) -> tuple[tuple[str, ...], Targets]:
    """The names of the classes, sorted, and the class id of each series: int64 (N,).

    Raises:
        DataError: There is only one class.
    """
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise DataError(f"all series have the label {names[0]!r}; to learn, there must be two")
    ids = {name: number for number, name in enumerate(names)}
    return names, np.array([ids[label] for label in labels], np.int64)


def make_labelled_dataset(
    name: str,
    rows: SeriesRows,
    classed: ClassSplits,
    read: LabelledRows | None = None,
) -> Dataset:
    """A dataset of labelled series.

    Args:
        name: Short name, for people.
        rows: Series of all splits.
        classed: Rows and classes of ``train``, ``validation`` and ``test``.
        read: How a table held the series; None if they were not in a table.

    Raises:
        DataError: Series differ in their number of variables, or one has no value.
    """
    read = read or LabelledRows(rows)
    inputs, filled = stack_rows(rows)
    every_label, ids = class_ids(rows.labels or ())
    targets = classed.ids[ids]
    everything = Split(inputs, targets, clusters_of(rows.groups) if rows.groups else None)
    splits = {name: everything.take(which) for name, which in classed.splits.items()}
    shortest, longest = (pick(map(len, rows.series)) for pick in (min, max))
    columns = {} if read.long is None else read.long._asdict()
    content = WholeSeries(ignored=read.ignored, **columns)
    mean, std = mean_and_std(splits["train"].inputs)
    return Dataset(
        name=name,
        task="series_classification",
        train=splits["train"],
        validation=splits["validation"],
        test=splits["test"],
        encoding=SeriesEncoding(
            length=inputs.shape[1], mean=mean, std=std, padded=shortest < longest, content=content
        ),
        target=Classes(classed.labels),
        notes=(
            *read.notes,
            *_length_notes(shortest, longest),
            *classed.notes,
            *_filled_notes(filled),
            *_repeated_notes(splits),
        ),
        fingerprint=hash_content(every_label, inputs, ids),
    )


def _length_notes(shortest: int, longest: int) -> tuple[str, ...]:
    if shortest == longest:
        return ()
    return (
        f"series have {shortest:,} to {longest:,} steps; the padding behind shorter ones is hidden "
        "from the model",
    )


def _filled_notes(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (f"filled {count:,} missing values by interpolation between their neighbours",)


def _repeated_notes(splits: Mapping[str, Split]) -> tuple[str, ...]:
    keys = {name: [each.tobytes() for each in split.inputs] for name, split in splits.items()}
    return find_duplicates(keys, "series", "value for value")
