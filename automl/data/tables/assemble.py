"""From a table to a finished dataset."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from automl.core.errors import DataError
from automl.core.target import Classes, Quantities
from automl.data.dataset import Dataset, Split, Targets
from automl.data.encodings.table import TableEncoding
from automl.data.tables.columns import NumberColumn
from automl.data.tables.cut import Cut
from automl.data.tables.leaks import find_duplicates, find_giveaways
from automl.data.tables.roles import find_columns
from automl.data.tables.target import read_target
from automl.data.tables.values import is_number

if TYPE_CHECKING:
    import pandas as pd


def assemble(name: str, frame: pd.DataFrame, target: str, cut: Cut) -> Dataset:
    """A dataset of a table's rows; those without a target are left out.

    Args:
        name: Short name, for people.
        frame: The table.
        target: The column that is predicted.
        cut: How its rows are cut into splits.

    Raises:
        DataError: There is nothing to learn from, or too little.
    """
    rows, dropped = _drop_unknown(frame, target)
    targets, labels = read_target(rows[target])
    parts = cut.rows(rows, targets, labels)
    features = rows.drop(columns=[target, *cut.columns])
    columns, left_out = find_columns(features)
    if not columns:
        raise DataError("; ".join(["no column is left to predict from", *left_out]))
    used = features[list(dict.fromkeys(column.name for column in columns))]
    train = parts["train"]
    encoding = TableEncoding.learn(columns, used.iloc[train])
    everything = Split(encoding.encode(used), targets if labels else targets[:, None, None])
    infinite = _infinite(used, encoding)
    leaks = (
        *find_giveaways(used.iloc[train], rows[target].iloc[train], is_class=bool(labels)),
        *find_duplicates(used.assign(**{target: rows[target]}), parts),
    )
    return Dataset(
        name=name,
        task="tabular_classification" if labels else "tabular_regression",
        train=everything.take(train),
        validation=everything.take(parts["validation"]),
        test=everything.take(parts["test"]),
        encoding=encoding,
        target=Classes(labels) if labels else _quantity(target, targets[train]),
        notes=(*dropped, *left_out, *infinite, *leaks),
        fingerprint=_hash(rows),
    )


def _drop_unknown(frame: pd.DataFrame, target: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The rows whose target is there and finite, and a note if there are others."""
    from pandas import isna

    values = frame[target]
    numbers = NumberColumn(name=target).read(values) if is_number(values) else values
    known = ~isna(numbers)
    missing = len(frame) - int(known.sum())
    if missing == len(frame):
        raise DataError(f"the target {target!r} is missing in every row")
    rows = "row" if missing == 1 else "rows"
    count = f"{missing:,} {rows} of {len(frame):,}"
    note = f"left out {count} whose target {target!r} is missing or infinite"
    return frame[known].reset_index(drop=True), (note,) if missing else ()


def _infinite(rows: pd.DataFrame, encoding: TableEncoding) -> tuple[str, ...]:
    """A note on what is there, but is read as missing; a date column is one for each part."""
    counts = {
        each.name: int((np.isnan(each.read(rows[each.name])) & rows[each.name].notna()).sum())
        for each in encoding.numbers
    }
    found = ", ".join(f"{name!r} {count:,}" for name, count in counts.items() if count)
    return (f"infinite numbers, and all beyond float32, are as missing: {found}",) if found else ()


def _quantity(name: str, train: Targets) -> Quantities:
    numbers = train.astype(np.float64)
    return Quantities((name,), (float(numbers.mean()),), (float(numbers.std()) or 1.0,))


def _hash(rows: pd.DataFrame) -> str:
    content = rows.to_csv(index=False, lineterminator="\n")
    return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()
