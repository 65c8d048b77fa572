"""Reads the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import numpy as np

from automl.export.scripts.rows import MISSING, number, rows


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each row: its numbers, then the index of each of its categories, float32 (columns,)."""
    for at, row in enumerate(rows(file), start=1):
        numbers = [quantity(row[each["name"]], each) for each in options["numbers"]]
        categories = [index(row[each["name"]], each) for each in options["categories"]]
        yield f"{file} row {at:,}", np.array([*numbers, *categories], np.float32)


def quantity(cell: str, column: dict[str, Any]) -> float:
    """A number, or the part of a date that the column is about; times with a zone are in UTC."""
    if "part" not in column or cell.strip() in MISSING:
        return number(cell)
    form = column["form"]
    moment = datetime.strptime(cell, form) if form else datetime.fromisoformat(cell)
    if moment.tzinfo:
        moment = moment.astimezone(timezone.utc)
    part = column["part"]
    return moment.weekday() if part == "day_of_week" else float(getattr(moment, part))


def index(cell: str, column: dict[str, Any]) -> int:
    """The place of a value among those that are known; -1 for none of them."""
    known = column["values"]
    if cell.strip() in MISSING:
        return -1
    for form in (cell, whole(cell), cell.capitalize()):
        if form in known:
            return int(known.index(form))
    return len(known) if column["rest"] else -1


def whole(cell: str) -> str:
    """A whole number as such: "3.0" and "03" are both "3"."""
    try:
        value = float(cell)
    except ValueError:
        return cell
    return str(int(value)) if value.is_integer() else str(value)
