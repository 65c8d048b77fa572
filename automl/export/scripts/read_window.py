"""Reads the latest window of a long series."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import numpy as np

from automl.export.scripts.rows import Row, number, rows

SECONDS = {"day": 86_400, "week": 7 * 86_400, "year": 365.25 * 86_400}


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The last rows of the file, in the order of their time: float32 (length, variables)."""
    content, length = options["content"], options["length"]
    found = list(rows(file))
    if len(found) < length:
        raise ValueError(f"it has {len(found):,} rows, and the model reads the last {length:,}")
    if content["time"]["names"]:
        found.sort(key=lambda row: when(row, content["time"]))
    values = np.array([variables(row, content) for row in found], np.float32)
    for column, mean in zip(values.T, options["mean"], strict=True):
        fill(column, mean)
    yield file, values[-length:]


def variables(row: Row, content: dict[str, Any]) -> list[float]:
    """Numbers, a 1 for the category that it is, and the places in the day, the week, the year."""
    numbers = [number(row[name]) for name in content["numbers"]]
    categories = [
        float(row[column] == name)
        for column, names in content["categories"].items()
        for name in names
    ]
    waves = [wave for each in content["cycles"] for wave in place(each, when(row, content["time"]))]
    return [*numbers, *categories, *waves]


def when(row: Row, time: dict[str, Any]) -> datetime:
    """The time of a row, which has it in one column or in several: year, month, day …."""
    cells = [row[name] for name in time["names"]]
    if len(cells) > 1:
        numbers = [*map(int, cells), 1][: max(3, len(cells))]  # the first day, where there is none
        return datetime(*numbers)  # type: ignore[arg-type]  # a zone is behind all of them
    moment = datetime.fromisoformat(cells[0].replace("/", "-"))
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment


def place(cycle: str, moment: datetime) -> tuple[float, float]:
    """Where in a cycle a time is, as sine and cosine."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    days = {"day": 0, "week": moment.weekday(), "year": moment.timetuple().tm_yday - 1}[cycle]
    seconds = (moment - midnight).total_seconds() + days * 86_400
    angle = seconds * 2 * np.pi / SECONDS[cycle]
    return float(np.sin(angle)), float(np.cos(angle))


def fill(column: Any, mean: float) -> None:
    """A missing value becomes the last one before it, or the mean where there is none."""
    last = mean
    for at, value in enumerate(column):
        last = last if np.isnan(value) else value
        column[at] = last
