"""Reads the .ts format of the time series classification archive.

Header lines start with @; below @data, a line is a series: its variables divided by colons, the
steps of each by commas, ? for a missing value, and the label behind the last colon
(https://www.aeon-toolkit.org/en/stable/api_reference/file_specifications/ts.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from automl.core.errors import DataError
from automl.data.series.arrays import Floats, SeriesRows

COMMENTS = ("#", "%")


def is_ts(path: Path) -> bool:
    """Whether a file's suffix is that of this format."""
    return path.suffix.lower() == ".ts"


def read_ts(path: Path) -> SeriesRows:
    """Read a .ts file.

    Raises:
        DataError: The file cannot be read, holds no series, or series with a time for each value.
    """
    lines = _lines(path)
    header = _header(path, lines)
    labelled = header.get("classlabel", "false").split()[:1] == ["true"]
    places, series, labels = [], [], []
    for number, line in lines:
        *variables, last = line.split(":")
        places.append(f"line {number}")
        fields = variables if labelled else [*variables, last]
        series.append(_series(f"{path}:{number}", fields))
        labels.append(last.strip())
    if not series:
        raise DataError(f"{path}: there is no series below @data")
    return SeriesRows(tuple(places), tuple(series), tuple(labels) if labelled else None)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are neither empty nor comments, with their numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: not UTF-8 text; save the file as UTF-8") from None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith(COMMENTS):
            yield number, line.strip()


def _header(path: Path, lines: Iterator[tuple[int, str]]) -> dict[str, str]:
    """Keyword -> value of the header, in lower case; takes the lines up to @data."""
    found: dict[str, str] = {}
    for number, line in lines:
        if not line.startswith("@"):
            raise DataError(f"{path}:{number}: values above @data; a .ts file starts with @ lines")
        keyword, _, value = line[1:].partition(" ")
        if keyword.lower() == "data":
            return found
        found[keyword.lower()] = value.strip().lower()
        if keyword.lower() in ("timestamps", "targetlabel") and value.strip().lower() == "true":
            raise DataError(
                f"{path}:{number}: {line} is not supported; series have evenly spaced steps and a "
                "class label (@timeStamps false, @classLabel true)"
            )
    raise DataError(f"{path}: no @data line; a .ts file has one above its series")


def _series(place: str, variables: list[str]) -> Floats:
    """The series of a line without its label, (length, variables)."""
    if not variables:
        raise DataError(f"{place}: no colon, but a label comes behind one (@classLabel true)")
    columns = [_numbers(place, text) for text in variables]
    if len({len(column) for column in columns}) > 1:
        sizes = ", ".join(str(len(column)) for column in columns)
        raise DataError(f"{place}: its variables have {sizes} steps; they need the same number")
    return np.stack(columns, axis=1)


def _numbers(place: str, text: str) -> Floats:
    fields = [field.strip() for field in text.split(",")]
    try:
        numbers = [np.nan if field == "?" else float(field) for field in fields]
    except ValueError as error:
        raise DataError(f"{place}: {error}; a step is a number, or ? if it is missing") from None
    values = np.array(numbers, np.float32)
    values[~np.isfinite(values)] = np.nan
    return values
