"""Reads whole series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from automl.export.scripts.rows import number, rows


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each row is a series of one variable, a column for each step: float32 (length, 1)."""
    ignored = options["content"]["ignored"]
    for at, row in enumerate(rows(file), start=1):
        cells = [number(cell) for name, cell in row.items() if name not in ignored]
        yield f"{file} row {at:,}", filled(np.array(cells, np.float32))[:, None]


def filled(values: Any) -> Any:
    """A missing value lies on the line between its neighbours, at an end it is as its one."""
    missing, steps = np.isnan(values), np.arange(len(values))
    values[missing] = np.interp(steps[missing], steps[~missing], values[~missing])
    return values
