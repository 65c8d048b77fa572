"""Reads whole series from tables and from .ts files (https://www.aeon-toolkit.org/)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from automl.data.cells.steps import group_rows
from automl.export.scripts.rows import number, rows


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each series of a .ts file or table: float32 (length, variables), NaN after short ones."""
    content, length, variables = options["content"], options["length"], len(options["mean"])
    found: Iterator[tuple[str, Any]]
    if file.lower().endswith(".ts"):
        found = ((f"row {at:,}", series) for at, series in enumerate(ts_series(file), start=1))
    else:
        found = long(file, content) if content["item"] else wide(file, content)
    for name, series in found:
        whole = stripped(series) if options["padded"] else series
        fits = 0 < len(whole) <= length if options["padded"] else len(whole) == length
        if not fits or whole.shape[1] != variables:
            known = f"{'up to ' if options['padded'] else ''}{(length, variables)}"
            raise ValueError(
                f"{name} is of (steps, variables) {whole.shape}, and the model reads {known}"
            )
        steps = np.stack([filled(each) for each in whole.T], axis=1)
        padding = [(0, length - len(steps)), (0, 0)]
        yield f"{file} {name}", np.pad(steps, padding, constant_values=np.nan)


def ts_series(file: str) -> Iterator[Any]:
    """Each series below @data, without its label: float32 (length, variables)."""
    lines = [line.strip() for line in Path(file).read_text("utf-8-sig").splitlines()]
    content = [line for line in lines if line and line[0] not in "#%"]
    header = [line.lower().split() for line in content if line.startswith("@")]
    labelled = ["@classlabel", "true"] in [words[:2] for words in header]
    for line in content[len(header) :]:
        variables = line.split(":")[: -1 if labelled else None]
        steps = [[step(cell) for cell in each.split(",")] for each in variables]
        yield np.array(steps, np.float32).T


def step(cell: str) -> float:
    """The value of a step, NaN if it is missing."""
    return float("nan") if cell.strip() == "?" else float(cell)


def wide(file: str, content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The series of a table that has a row for each series and a column for each step."""
    for at, row in enumerate(rows(file), start=1):
        cells = [number(cell) for name, cell in row.items() if name not in content["ignored"]]
        yield f"row {at:,}", np.array(cells, np.float32)[:, None]


def long(file: str, content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The series of a table that has a row for each step, and a column with the series' name."""
    found = list(rows(file))
    items = [row[content["item"]].strip() for row in found]
    times = [row.get(content["time"], "").strip() for row in found] if content["time"] else []
    for item, places in group_rows(items, times).items():
        steps = [[number(found[at][name]) for name in content["values"]] for at in places]
        yield f"{content['item']} {item}", np.array(steps, np.float32)


def stripped(series: Any) -> Any:
    """A series without the steps at its end that have no values."""
    known = np.flatnonzero(~np.isnan(series).all(axis=1))
    return series[: known[-1] + 1 if len(known) else 0]


def filled(values: Any) -> Any:
    """Values with missing ones interpolated; those at an end equal their neighbour."""
    missing, steps = np.isnan(values), np.arange(len(values))
    values[missing] = np.interp(steps[missing], steps[~missing], values[~missing])
    return values
