"""Predictions as people and as scripts read them, a few at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from automl.cli.tables import columns, table
from automl.core.errors import UserError

if TYPE_CHECKING:
    from automl.export.predict import InputPrediction
    from automl.tasks.prediction import Prediction


# Rows of a table that is printed at once: its columns are as wide as these need.
AT_ONCE = 1000


class Tally:
    """Predictions as they come, of which it counts those that are more than an error."""

    def __init__(self, found: Iterable[InputPrediction]) -> None:
        self._found = found
        self.predicted = 0

    def __iter__(self) -> Iterator[InputPrediction]:
        for each in self._found:
            self.predicted += each.prediction is not None
            yield each


def as_json(found: Iterable[InputPrediction], top_k: int | None) -> Iterator[str]:
    """A list, an element a line; nothing but the line at hand is in memory.

    Raises:
        UserError: if there are no labels of which to take the likeliest.
    """
    before = "["
    for each in found:
        record = asdict(each)
        if each.prediction is not None and top_k is not None:
            record["prediction"]["probabilities"] = dict(_ranked(each.prediction)[:top_k])
        yield f"{before}{json.dumps(record, default=str)}"
        before = ","
    yield "[]" if before == "[" else "]"


def as_tables(found: Iterable[InputPrediction], top_k: int | None, every: bool) -> Iterator[str]:
    """Tables of some rows, below one heading unless columns change.

    Errors have a column of their own where there are any.

    Args:
        found: The predictions.
        top_k: So many labels of each, the likeliest first; None is the one.
        every: Whether the probability of every label has a column.

    Raises:
        UserError: if there are no labels, and more than one of them is asked for.
    """
    headings: tuple[str, ...] = ()
    left = iter(found)
    while some := list(islice(left, AT_ONCE)):
        rows = [_row(each, top_k, every) for each in some]
        names = tuple(dict.fromkeys(name for row in rows for name in row))
        names = (*(name for name in names if name != "error"), *({"error"} & set(names)))
        cells = [[row.get(name, "-") for name in names] for row in rows]
        yield columns(cells) if names == headings else table(names, cells)
        headings = names


def _row(found: InputPrediction, top_k: int | None, every: bool) -> dict[str, str]:
    if found.prediction is None:
        return {"input": found.name, "error": found.error or ""}
    return {"input": found.name, **_cells(found.prediction, top_k, every)}


def _cells(prediction: Prediction, top_k: int | None, every: bool) -> dict[str, str]:
    if every:
        ranked = _ranked(prediction)
        each = {f"p({label})": f"{probability:.4f}" for label, probability in sorted(ranked)}
        return {"label": ranked[0][0], **each}
    if top_k is None:
        return prediction.as_row()
    cells: dict[str, str] = {}
    for place, (label, probability) in enumerate(_ranked(prediction)[:top_k], start=1):
        number = "" if place == 1 else f" {place}"
        cells |= {f"label{number}": label, f"probability{number}": f"{probability:.4f}"}
    return cells


def _ranked(prediction: Prediction) -> Sequence[tuple[str, Any]]:
    """Every label with its probability, the likeliest first."""
    from automl.tasks.prediction import LabelPrediction

    if not isinstance(prediction, LabelPrediction):
        names = ", ".join(prediction.values)
        raise UserError(
            f"the model predicts numbers ({names}), which have no probabilities; leave out --top-k "
            "and --probabilities"
        )
    return list(prediction.probabilities.items())
