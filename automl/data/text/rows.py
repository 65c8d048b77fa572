"""Texts from the rows of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from automl.core.errors import DataError
from automl.core.target import Classes
from automl.data.dataset import Split, Targets
from automl.data.tables.cut import Cut
from automl.data.tables.target import check_column, read_target
from automl.data.text.columns import find_columns, read_texts
from automl.data.text.corpus import Corpus, hash_texts, quantity, text_split
from automl.data.text.cut import complete_texts, find_shared

if TYPE_CHECKING:
    import pandas as pd


def read_rows(frame: pd.DataFrame, text: str | None, target: str | None, cut: Cut) -> Corpus:
    """The corpus of a table; rows without a text or a target are left out.

    Args:
        frame: The table.
        text: The column of the texts, or None to find it.
        target: The column that is predicted, or None to find it.
        cut: How rows are cut into splits.

    Raises:
        DataError: A column is missing or unclear, or there is nothing to learn from.
    """
    for option, column in (("--group", cut.group), ("--time", cut.time)):
        if column is not None:
            check_column(list(frame.columns), column, option)
    texts_in, target_in = find_columns(frame.drop(columns=list(cut.columns)), text, target)
    rows, texts, dropped = _drop_incomplete(frame, texts_in, target_in)
    targets, labels = read_target(rows[target_in])
    everything = text_split(texts, targets)
    splits, repeated = _cut(rows, everything, targets, labels, cut)
    guessed = (f"predicts {target_in!r} from {texts_in!r}; --target and --text name other columns",)
    return Corpus(
        splits,
        Classes(labels) if labels else quantity(target_in, splits["train"].targets),
        hash_texts({"train": everything}, labels),
        (*(guessed if text is None or target is None else ()), *dropped, *repeated),
        texts_in,
    )


def _cut(
    rows: pd.DataFrame, everything: Split, targets: Targets, labels: tuple[str, ...], cut: Cut
) -> tuple[dict[str, Split], tuple[str, ...]]:
    if not cut.columns:
        return complete_texts({"train": everything}, labels, cut.seed)
    parts = cut.rows(rows, targets, labels)
    splits = {name: everything.take(part) for name, part in parts.items()}
    return splits, find_shared(splits)


def _drop_incomplete(
    frame: pd.DataFrame, text: str, target: str
) -> tuple[pd.DataFrame, list[str], tuple[str, ...]]:
    """The rows that have a text and a finite target, their texts, and notes on the others."""
    texts, values = read_texts(frame, text), frame[target]
    empty = np.array([not each.strip() for each in texts])
    unknown = (values.isna() | values.isin([np.inf, -np.inf])).to_numpy(bool) & ~empty
    kept = np.flatnonzero(~(empty | unknown))
    if not len(kept):
        raise DataError(f"no row has both a text in {text!r} and a target in {target!r}")
    reasons = {f"{text!r} is empty": empty.sum(), f"{target!r} is missing": unknown.sum()}
    notes = tuple(
        f"left out {count:,} of {len(frame):,} rows, whose {reason}"
        for reason, count in reasons.items()
        if count
    )
    return frame.iloc[kept].reset_index(drop=True), [texts[row] for row in kept], notes
