"""Reads the .ts format of series: https://www.aeon-toolkit.org/."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np


def ts_series(file: str) -> Iterator[Any]:
    """Each line below @data without its label, if it has one: float32 (length, variables)."""
    lines = [line.strip() for line in Path(file).read_text("utf-8-sig").splitlines()]
    said = [line for line in lines if line and line[0] not in "#%"]
    header = [line.lower().split() for line in said if line.startswith("@")]
    labelled = ["@classlabel", "true"] in [words[:2] for words in header]
    for line in said[len(header) :]:
        variables = line.split(":")[: -1 if labelled else None]
        steps = [[step(cell) for cell in each.split(",")] for each in variables]
        yield np.array(steps, np.float32).T


def step(cell: str) -> float:
    """What one step holds, NaN where it is missing."""
    return float("nan") if cell.strip() == "?" else float(cell)
