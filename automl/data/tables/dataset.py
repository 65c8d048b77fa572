"""Datasets of tables: from a user's file to features, target and splits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from automl.core.data_types import Classes, Target
from automl.core.errors import DataError
from automl.core.text import count
from automl.data.cells.numbers import NumberFormat
from automl.data.cells.values import case_twins
from automl.data.dataset import Dataset, Indices, Split, hash_content
from automl.data.leakage import find_duplicates, find_target_leaks
from automl.data.source import Announce, Source, local_path
from automl.data.standardize import measure_quantities, standardize
from automl.data.tables.columns import NumberColumn
from automl.data.tables.encoding import TableEncoding
from automl.data.tables.features import find_features
from automl.data.tables.reader import open_table
from automl.data.tables.splits import TableSplitter
from automl.data.tables.target import TableTask, check_column, find_target, read_target
from automl.data.tables.type_inference import MOST_NAMED, TypedTable
from automl.data.tables.values import as_text, is_number

if TYPE_CHECKING:
    import pandas as pd


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
