"""Windows of a series, with what came after each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.core.target import Quantities
from automl.data.dataset import Split
from automl.data.encodings.encoding import Reading
from automl.data.encodings.series import SeriesEncoding
from automl.data.series.cut_windows import MOST_HELD_OUT, thin_out
from automl.data.series.latest_window import LatestWindow, fill_forward
from automl.data.series.timeline import in_order
from automl.data.series.windows import Windows
from automl.data.tables.read import read_table
from automl.export.labelled.labelled import Labelled

if TYPE_CHECKING:
    import pandas as pd


def read_windows(path: Path, encoding: SeriesEncoding, target: Quantities) -> Iterator[Labelled]:
    """Every window of a table, or every n-th where they are too many.

    Args:
        path: A table with a row for each step.
        encoding: Of the latest window; it says which columns are variables.
        target: What is forecast, and how many steps ahead.

    Raises:
        DataError: the table cannot be read, or is too short.
    """
    frame = read_table(path)
    try:
        split = _cut(frame, encoding, target)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    pairs = zip(split.inputs, split.targets, strict=True)
    for number, (window, ahead) in enumerate(pairs, start=1):
        yield Labelled(Reading(f"{path} window {number:,}", window), ahead)


def _cut(frame: pd.DataFrame, encoding: SeriesEncoding, target: Quantities) -> Split:
    content, windows = encoding.content, Windows(encoding.length, target.steps)
    if not isinstance(content, LatestWindow):
        raise DataError("the bundle forecasts, but its encoding is for whole series")
    if len(frame) < windows.history + windows.horizon:
        raise DataError(
            f"{len(frame):,} rows, but a window is {windows.history} steps and what comes in the "
            f"{windows.horizon} after them"
        )
    line = in_order(frame, content.time)
    values = content.values(line.frame, line.times)
    targets = values[:, : len(target.names)]
    missing: npt.NDArray[Any] = np.logical_or.reduce(np.isnan(targets), axis=1)
    starts = windows.complete(windows.starts(np.arange(len(values))), missing)
    if not len(starts):
        raise DataError(f"a target is missing in every stretch of {windows.horizon} steps")
    inputs = fill_forward(values, encoding.mean)
    return windows.cut(inputs, targets, thin_out(starts, MOST_HELD_OUT))
