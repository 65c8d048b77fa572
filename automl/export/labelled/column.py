"""The column of a table that holds what a model is to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.core.errors import DataError
from automl.core.target import Classes, Target
from automl.data.encodings.series import SeriesEncoding
from automl.data.encodings.table import TableEncoding
from automl.data.tables.columns import NumberColumn
from automl.data.tables.target import check_column
from automl.data.tables.values import as_text
from automl.export.facts import ModelFacts
from automl.export.labelled.labelled import Truth

if TYPE_CHECKING:
    import pandas as pd

# So much of a column has to be labels of the model for it to be the one.
ENOUGH = 0.5


def find_column(frame: pd.DataFrame, facts: ModelFacts, given: str | None) -> str:
    """The column of the targets: the one given, or that of the name or with the labels of training.

    Raises:
        DataError: there is no such column, or it is not clear which one is meant.
    """
    columns = list(frame.columns)
    if given is not None:
        return check_column(columns, given, "--target")
    if not isinstance(facts.target, Classes):
        return check_column(columns, facts.target.names[0], "what the model predicts")
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
        f"{', '.join(map(repr, columns[:10]))}; name the one that says what is true with --target"
    )


def read_truths(values: pd.Series[Any], target: Target) -> Sequence[Truth]:
    """What is true of each row; None where it is missing.

    Raises:
        DataError: a number is none; names it.
    """
    if isinstance(target, Classes):
        texts = as_text(values)
        return [None if gone else text for text, gone in zip(texts, texts.isna(), strict=True)]
    numbers = NumberColumn(name=str(values.name)).read(values)
    return [None if np.isnan(number) else number.reshape(1, 1) for number in numbers]


def _labelled_as_in_training(columns: Sequence[str], facts: ModelFacts) -> list[str]:
    """The column that held the labels of whole series, if it is there."""
    if not isinstance(facts.encoding, SeriesEncoding) or facts.encoding.content.unit != "series":
        return []
    return [column for column in facts.encoding.content.ignored[:1] if column in columns]


def _inputs(facts: ModelFacts) -> set[str]:
    """Columns that the model sees, and so does not predict."""
    if not isinstance(facts.encoding, TableEncoding):
        return set()
    return {column.name for column in facts.encoding.columns}


def _holds_labels(values: pd.Series[Any], target: Classes) -> bool:
    known = as_text(values.dropna()).isin(target.labels)
    return bool(len(known)) and bool(known.mean() >= ENOUGH)
