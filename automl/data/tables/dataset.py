"""Datasets of tables: from a file to features and target, split at random, by group or by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from automl.core.data_types import Classes, Target
from automl.core.errors import DataError
from automl.core.text import count
from automl.data.cells.numbers import NumberFormat
from automl.data.cells.values import case_twins
from automl.data.dataset import (
    Clusters,
    Dataset,
    Indices,
    Split,
    Targets,
    hash_content,
    measure_quantities,
    standardize,
)
from automl.data.leakage import find_duplicates, find_target_leaks
from automl.data.source import Announce, Source, local_path
from automl.data.splits import ClassSplits, clusters_of, split_classes, split_rows
from automl.data.tables.columns import NumberColumn, as_text, find_dates, is_number, read_dates
from automl.data.tables.encoding import TableEncoding
from automl.data.tables.reader import open_table
from automl.data.tables.roles import (
    TableTask,
    check_column,
    find_features,
    find_target,
    read_target,
)
from automl.data.tables.type_inference import MOST_NAMED, TypedTable

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TableSplitter:
    """Splits the rows of a table at random, by group or by time.

    Args:
        seed: Seed of the split.
        group: Column of groups, whose rows stay together.
        time: Column of times, of which the latest rows are held out.
        keep_rare: Whether classes of one or two rows are kept in train; otherwise left out.
        time_format: Format of the times in the codes of ``strptime``; None to find it.

    Raises:
        DataError: Both a group and a time are given.
    """

    seed: int
    group: str | None = None
    time: str | None = None
    keep_rare: bool = False
    time_format: str | None = None

    def __post_init__(self) -> None:
        if self.group and self.time:
            raise DataError(
                f"--group {self.group!r} and --time {self.time!r}: rows are split by one of them"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it needs, which are no features: new rows have other groups and times."""
        return tuple(column for column in (self.group, self.time) if column)

    def split_by_class(
        self, frame: pd.DataFrame, targets: Targets, labels: tuple[str, ...]
    ) -> ClassSplits:
        """The rows of ``train``, ``validation`` and ``test``, and the classes that are left.

        Args:
            frame: Table.
            targets: (N,) class ids.
            labels: Class names.

        Raises:
            DataError: As in ``split``, or too few classes have enough rows.
        """

        def split(rows: Indices) -> dict[str, Indices]:
            return self.split(frame.iloc[rows], targets[rows])

        by_chance = not self.columns
        return split_classes(targets, labels, split, keep_rare=self.keep_rare, by_chance=by_chance)

    def split(self, frame: pd.DataFrame, classes: Targets | None = None) -> dict[str, Indices]:
        """Sorted row numbers of ``train``, ``validation`` and ``test``.

        Raises:
            DataError: A row has no group or time, or there are too few of them.
        """
        return split_rows(
            len(frame),
            self.seed,
            classes=classes,
            groups=as_text(_complete(frame, self.group)).to_list() if self.group else None,
            times=_sortable(_complete(frame, self.time), self.time_format) if self.time else None,
        )

    def clusters(self, frame: pd.DataFrame) -> Clusters | None:
        """Clusters of the rows of each group; None without a column of groups."""
        if self.group is None:
            return None
        return clusters_of(as_text(frame[self.group]).to_list())


def _complete(frame: pd.DataFrame, column: str) -> pd.Series[Any]:
    values = frame[column]
    missing = int(values.isna().sum())
    if missing:
        rows = f"{count(missing, 'row')} {'has' if missing == 1 else 'have'}"
        raise DataError(f"{rows} no value in {column!r}, by which rows are split")
    return values


def _sortable(values: pd.Series[Any], given: str | None) -> npt.NDArray[Any]:
    from pandas.api import types

    if types.is_numeric_dtype(values):
        return values.to_numpy()  # type: ignore[no-any-return]
    forms: tuple[str, ...] | None = ()
    if not types.is_datetime64_any_dtype(values):
        found = find_dates(values, given)
        forms = None if found is None else found.forms
    moments = [None] * len(values) if forms is None else read_dates(values, forms)
    if None in moments:
        wrong = str(values.iloc[moments.index(None)])[:60]
        raise DataError(
            f"--time {values.name!r}: rows are split by dates or numbers, and {wrong!r} is neither"
        )
    return np.array(moments, "datetime64[us]").astype(np.int64)


class TableFile(Source):
    """A CSV, TSV, JSON lines, Excel or Parquet file with an example in each row."""

    kind: ClassVar[str] = "table"

    target: str | None = None
    """Column to predict. By default the first that is called target, label, class, outcome, price
    or y, else the last."""

    group: str | None = None
    """Column of groups, such as patients, whose rows stay in one split; it is no feature."""

    time: str | None = None
    """Column of dates or numbers by which the latest rows are held out; it is no feature."""

    task: TableTask | None = None
    """Type of the target: "classification" or "regression". By default found from its values."""

    keep_rare: bool = False
    """Whether classes of one or two rows are kept in train; otherwise they are left out."""

    drop: str | None = None
    """Columns to leave out, separated by commas."""

    time_format: str | None = None
    """Format of dates in the codes of ``strptime``: %d/%m/%Y. By default the one that fits all."""

    encoding: str | None = None
    """Character encoding of a text file: cp1252, utf-16, shift_jis. By default found by itself."""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the file ``name``; 70 % of its rows become train, 15 % validation and 15 % test."""
        path = local_path(name)
        table = open_table(path, encoding=self.encoding)
        try:
            return self._make_dataset(path.name, table, seed)
        except DataError as error:
            raise DataError(f"{path}: {error}") from None

    def _make_dataset(self, name: str, table: TypedTable, seed: int) -> Dataset:
        frame = table.frame.drop(columns=self._dropped(list(table.frame)))
        columns = list(frame)
        for option, column in (("--group", self.group), ("--time", self.time)):
            if column is not None:
                check_column(columns, column, option)
        splitter = TableSplitter(seed, self.group, self.time, self.keep_rare, self.time_format)
        usable = [name for name in columns if name not in splitter.columns]
        target = find_target(usable, self.target)
        dataset = make_table_dataset(
            name, frame, target, splitter, table.formats, self.encoding, self.task
        )
        guess = f"predicts {target!r}; --target names another column"
        guessed = () if self.target is not None else (guess,)
        return replace(dataset, notes=(*guessed, *table.notes, *dataset.notes))

    def _dropped(self, columns: list[str]) -> list[str]:
        names = [name.strip() for name in (self.drop or "").split(",") if name.strip()]
        return [check_column(columns, name, "`drop`") for name in names]


def make_table_dataset(
    name: str,
    frame: pd.DataFrame,
    target: str,
    splitter: TableSplitter,
    formats: Mapping[str, NumberFormat] | None = None,
    characters: str | None = None,
    task: TableTask | None = None,
) -> Dataset:
    """A dataset of a table's rows, without those that lack a target.

    Args:
        name: Short name, for people.
        frame: Table with an example in each row.
        target: Column to predict.
        splitter: Splits the rows.
        formats: Formats of numbers, by column, where a text file holds them.
        characters: Character encoding of the file, if the user named it.
        task: Type of the target; None to find it.

    Raises:
        DataError: There are no features, or too few rows.
    """
    rows, dropped = _drop_unknown(frame, target)
    targets, labels, notes = read_target(rows[target], task)
    if labels:
        found = splitter.split_by_class(rows, targets, labels)
        targets, labels, splits = found.ids[targets], found.labels, found.splits
        notes = (*notes, *found.notes)
    else:
        splits = splitter.split(rows)
    features = rows.drop(columns=[target, *splitter.columns])
    columns, left_out = find_features(features, formats, splitter.time_format)
    if not columns:
        raise DataError("; ".join(["no column is left to predict from", *left_out]))
    used = features[list(dict.fromkeys(column.name for column in columns))]
    train = splits["train"]
    encoding = TableEncoding.learn(columns, used.iloc[train], characters)
    predicted: Target = Classes(labels)
    if not labels:
        predicted = measure_quantities((target,), targets[train, None])
        targets = standardize(targets[:, None, None], predicted.mean, predicted.std)
    everything = Split(encoding.encode(used), targets, splitter.clusters(rows))
    leaks = (
        *find_target_leaks(used.iloc[train], rows[target].iloc[train], is_class=bool(labels)),
        *_find_repeated(used.assign(**{target: rows[target]}), splits),
    )
    lost = encoding.lost_cells_note(used)
    doubts = (*([lost] if lost else []), *_case_twin_notes(rows, target, encoding))
    return Dataset(
        name=name,
        task="tabular_classification" if labels else "tabular_regression",
        train=everything.take(train),
        validation=everything.take(splits["validation"]),
        test=everything.take(splits["test"]),
        encoding=encoding,
        target=predicted,
        notes=(*notes, *dropped, *left_out, *doubts, *leaks),
        fingerprint=hash_content(rows.to_csv(index=False, lineterminator="\n")),
    )


def _find_repeated(rows: pd.DataFrame, splits: Mapping[str, Indices]) -> tuple[str, ...]:
    """Notes on rows with the same features and target as a row of an earlier split."""
    from pandas.util import hash_pandas_object

    hashes = hash_pandas_object(rows, index=False).to_numpy()
    keys = {name: hashes[indices].tolist() for name, indices in splits.items()}
    return find_duplicates(keys, "rows", "alike in every column that is used")


def _drop_unknown(frame: pd.DataFrame, target: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows whose target is known and finite, and a note on the others."""
    from pandas import isna

    values = frame[target]
    numbers = NumberColumn(name=target).exact(values) if is_number(values) else values
    known = ~isna(numbers)
    missing = len(frame) - int(known.sum())
    if missing == len(frame):
        raise DataError(f"the target {target!r} is missing in every row")
    left_out = f"left out {count(missing, 'row')} of {len(frame):,}"
    note = f"{left_out} whose target {target!r} is missing or infinite"
    return frame[known].reset_index(drop=True), (note,) if missing else ()


def _case_twin_notes(rows: pd.DataFrame, target: str, encoding: TableEncoding) -> tuple[str, ...]:
    """A note on columns, classes and values that differ only in capitals."""
    columns = {each.name: each.values for each in encoding.categories}
    if not is_number(rows[target]):
        columns[target] = tuple(as_text(rows[target]).unique())
    found = {name: case_twins(values) for name, values in columns.items()}
    pairs = [f"{_pair(twins[0])} in {name!r}" for name, twins in found.items() if twins]
    names = [f"the columns {_pair(twins)}" for twins in case_twins(map(str, rows.columns))]
    if not pairs and not names:
        return ()
    more = [f"{len(pairs) - MOST_NAMED} more"] if len(pairs) > MOST_NAMED else []
    shown = ", ".join([*names, *pairs[:MOST_NAMED], *more])
    return (f"differ only in capitals, and are kept apart: {shown}",)


def _pair(twins: Sequence[str]) -> str:
    return " and ".join(map(repr, twins[:2]))
