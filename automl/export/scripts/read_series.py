"""Reads whole series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from automl.export.scripts.rows import number, rows
from automl.export.scripts.ts import ts_series


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each series of a .ts file, or each row of a table: float32 (length, variables)."""
    found = ts_series(file) if file.lower().endswith(".ts") else wide(file, options)
    known = (options["length"], len(options["mean"]))
    for at, series in enumerate(found, start=1):
        if series.shape != known:
            shapes = f"{series.shape}, and the model reads {known}"
            raise ValueError(f"row {at:,} is of (steps, variables) {shapes}")
        yield f"{file} row {at:,}", np.stack([filled(each) for each in series.T], axis=1)


def wide(file: str, options: dict[str, Any]) -> Iterator[Any]:
    """A row is a series of one variable, a column for each step."""
    ignored = options["content"]["ignored"]
    for row in rows(file):
        cells = [number(cell) for name, cell in row.items() if name not in ignored]
        yield np.array(cells, np.float32)[:, None]


def filled(values: Any) -> Any:
    """A missing value lies on the line between its neighbours, at an end it is as its one."""
    missing, steps = np.isnan(values), np.arange(len(values))
    values[missing] = np.interp(steps[missing], steps[~missing], values[~missing])
    return values
