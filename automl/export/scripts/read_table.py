"""Reads the rows of a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

import numpy as np

from automl.data.cells.dates import ISO, read_moment
from automl.data.cells.numbers import NumberFormat, most_texts, read_known
from automl.data.cells.values import is_missing, is_missing_text, spellings
from automl.export.scripts.rows import CsvRow, table, warn


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each row: its numbers, then the indices of its categories, float32 (columns,)."""
    cells = table(file, options["characters"])
    columns = CsvRow(zip(cells.names, cells.columns, strict=True))  # type: ignore[arg-type]
    found = [units(file, columns[each["name"]], each) for each in options["numbers"]]
    for each in options["categories"]:
        found.append([index(cell, each) for cell in columns[each["name"]]])
    for at, row in enumerate(np.array(found, np.float32).T, start=1):
        yield f"{file} row {at:,}", row


def units(file: str, cells: Sequence[str], column: dict[str, Any]) -> Any:
    """The numbers or date parts of a column in units of their spread, within float32's range."""
    read = date_parts if "part" in column else quantities
    exact = np.array(read(file, cells, column), float)
    exact[np.isinf(exact)] = np.nan
    with np.errstate(over="ignore"):
        scaled = (exact - column["center"]) / column["scale"]
    return scaled.clip(np.finfo(np.float32).min, np.finfo(np.float32).max)


def quantities(file: str, cells: Sequence[str], column: dict[str, Any]) -> list[float]:
    """The numbers of a column, in the format of the training; a few texts count as missing."""
    numbers = read_known(cells, NumberFormat(**column["format"]))
    odd, name = numbers.odd, column["name"]
    present = len(cells) - sum(map(is_missing, cells))
    if sum(odd.values()) > most_texts(present):
        raise ValueError(f"column {name!r}: {next(iter(odd))[:60]!r} is not a number")
    unread = {cell: count for cell, count in numbers.unread.items() if cell}
    if unread:
        example, count = max(unread, key=lambda cell: unread[cell]), sum(unread.values())
        warn(file, f"cells without a value: {name!r} {count:,} (such as {example!r})")
    return numbers.values


def date_parts(file: str, cells: Sequence[str], column: dict[str, Any]) -> list[float]:
    """The part of each date that the column is about; a few texts count as missing."""
    found, odd = [], []
    for cell in cells:
        try:
            found.append(math.nan if is_missing_text(cell, ()) else date_part(cell, column))
        except ValueError:
            found.append(math.nan)
            odd.append(cell)
    name = f"{column['name']!r} ({column['part']})"
    if len(odd) > most_texts(sum(not is_missing_text(cell, ()) for cell in cells)):
        raise ValueError(f"column {name}: {odd[0][:60]!r} is not a date")
    if odd:
        warn(
            file,
            f"values that are no dates count as missing: {name} {len(odd):,} (such as {odd[0]!r})",
        )
    return found


def date_part(cell: str, column: dict[str, Any]) -> float:
    """The part of one date; times with a zone are in UTC."""
    moment, part = moment_of(cell, tuple(column["forms"])), column["part"]
    return moment.weekday() if part == "day_of_week" else float(getattr(moment, part))


def moment_of(cell: str, forms: tuple[str, ...]) -> datetime:
    """The moment that a cell holds, in UTC; without forms, the training file held typed dates."""
    if forms:
        return read_moment(cell, (*forms, *ISO))
    moment = datetime.fromisoformat(cell)
    return moment.astimezone(timezone.utc) if moment.tzinfo else moment


def index(cell: str, column: dict[str, Any]) -> int:
    """The index of a value among those that are known; -1 for a missing one."""
    known = column["values"]
    if is_missing_text(cell, known):
        return -1
    same = next((each for each in spellings(cell) if each in known), None)
    unknown = len(known) if column["rest"] else -1
    return unknown if same is None else int(known.index(same))
