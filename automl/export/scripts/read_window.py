"""Reads the latest window of each series of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from automl.data.cells.dates import read_moment
from automl.data.cells.numbers import NumberFormat, read_known
from automl.data.cells.steps import Step, unfold_clock, write_times
from automl.export.scripts.rows import CsvRow, number, rows

SECONDS = {"day": 86_400, "week": 7 * 86_400, "year": 365.25 * 86_400}


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[list[str], Any]]:
    """For each item the names of the coming steps, and the latest ones, (length, variables)."""
    content, length = options["content"], options["length"]
    items: dict[str, list[CsvRow]] = {}
    for row in {tuple(row.items()): row for row in rows(file)}.values():
        items.setdefault(", ".join(row[name] for name in content["items"]), []).append(row)
    if not items:
        raise ValueError(f"it has 0 rows, and the model reads the last {length:,}")
    for item, found in items.items():
        name = f"{file} {item}".strip()
        times, places, ordered = in_order(found, content)
        if places[-1] + 1 < length:
            few = f"{item or 'it'} has {len(found):,} rows"
            raise ValueError(f"{few}, and the model reads the last {length:,}")
        values = np.array(
            [variables(row, time, content) for row, time in zip(ordered, times, strict=True)]
        )
        units = ((values - options["mean"]) / options["std"]).astype(np.float32)
        for column in units.T:
            fill(column)
        latest = np.arange(places[-1] + 1 - length, places[-1] + 1)
        window = units[np.searchsorted(places, latest, side="right") - 1]
        yield names_of_steps(name, times[-1], content), window


def in_order(
    found: list[CsvRow], content: dict[str, Any]
) -> tuple[list[Any], list[int], list[CsvRow]]:
    """The times of an item's rows, their distances from the first in steps, and the rows."""
    step = step_of(content)
    if not content["time"]["names"]:
        return list(range(len(found))), list(range(len(found))), found
    times = [when(row, content["time"]) for row in found]
    elapsed = times
    if len(set(times)) < len(times):
        backwards = times[0] > times[-1]
        unfolded = unfold_clock(times[::-1] if backwards else times)
        if unfolded is None:
            raise ValueError("a time occurs twice")
        elapsed = unfolded[::-1] if backwards else unfolded
    order = sorted(range(len(found)), key=lambda at: elapsed[at])
    places = step.positions([elapsed[at] for at in order])
    return [times[at] for at in order], places, [found[at] for at in order]


def step_of(content: dict[str, Any]) -> Step:
    """The step from one time to the next."""
    return Step(**{**content["step"], "weekdays": tuple(content["step"]["weekdays"])})


def names_of_steps(name: str, last: Any, content: dict[str, Any]) -> list[str]:
    """The names of the coming steps of an item: their times, or their numbers."""
    steps = range(1, content["horizon"] + 1)
    if not content["time"]["names"]:
        return [f"{name}\tstep {step}" for step in steps]
    zoned = content["time"]["utc"] and any("%z" in form for form in content["time"]["forms"])
    try:
        coming = [step_of(content).after(last, step) for step in steps]
    except OverflowError:
        raise ValueError(f"the times after {last} are later than the year 9999") from None
    return [f"{name}\t{time}" for time in write_times(coming, "+00:00" if zoned else "")]


def variables(row: CsvRow, time: Any, content: dict[str, Any]) -> list[float]:
    """A row's numbers, its categories one-hot encoded, and its place in day, week and year."""
    formats = content["formats"]
    numbers = [quantity(row[name], formats.get(name)) for name in content["numbers"]]
    categories = [
        float(row[column].strip() == name)
        for column, names in content["categories"].items()
        for name in names
    ]
    waves = [wave for each in content["cycles"] for wave in place(each, time)]
    return [*numbers, *categories, *waves]


def quantity(cell: str, form: dict[str, Any] | None) -> float:
    """A number in its column's format, NaN if it is missing; true and false are 1 and 0."""
    if cell.strip().lower() in ("true", "false"):
        return float(cell.strip().lower() == "true")
    return read_known([cell], NumberFormat(**form)).values[0] if form else number(cell)


def when(row: CsvRow, time: dict[str, Any]) -> Any:
    """The time of a row: a moment or a plain number."""
    cells = [row[name].strip() for name in time["names"]]
    if time["forms"]:
        return read_moment(" ".join(cells), tuple(time["forms"]), time["utc"])
    if len(cells) > 1:
        return from_parts([int(float(cell)) for cell in cells])
    try:
        return datetime.fromisoformat(cells[0]).replace(tzinfo=None)
    except ValueError:
        return float(cells[0])


def from_parts(numbers: Sequence[int]) -> datetime:
    """The moment of year, month, day and so on; the first day where there is none."""
    year, month, day, hour, minute, second = [*numbers, *(1, 1, 1, 0, 0, 0)[len(numbers) :]]
    return datetime(year, month, day, hour, minute, second)


def place(cycle: str, moment: datetime) -> tuple[float, float]:
    """The place of a moment in a cycle, as sine and cosine."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    days = {"day": 0, "week": moment.weekday(), "year": moment.timetuple().tm_yday - 1}[cycle]
    seconds = (moment - midnight).total_seconds() + days * 86_400
    angle = seconds * 2 * np.pi / SECONDS[cycle]
    return float(np.sin(angle)), float(np.cos(angle))


def fill(column: Any) -> None:
    """Fill missing values with the last one before them, or 0, which is the mean; in place."""
    last = 0.0
    for at, value in enumerate(column):
        last = last if np.isnan(value) else value
        column[at] = last
