"""Examples as JSON, written as the files that the readers of training read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from automl.data.encodings.encoding import Encoding
from automl.data.encodings.text import TextEncoding
from automl.export.interface import input_name
from automl.serving.refused import Refused
from automl.serving.settings import Settings

COLUMN = "text"


def write_json(content: Any, encoding: Encoding, folder: Path, settings: Settings) -> list[Path]:
    """The files with a request's examples.

    Args:
        content: ``{"texts": ["…"]}``, ``{"rows": [{column: value}]}``, ``{"windows": [[{column:
            value}]]}`` with the rows of each window, or ``{"series": [[1.5, null]]}``; a series of
            several variables is a list of them.
        encoding: Says which of these it is.
        folder: Where to.
        settings: How many there may be.

    Raises:
        Refused: it is none of these, or there is too much of it.
    """
    unit = input_name(encoding)
    if not isinstance(content, dict) or list(content) != [unit]:
        raise Refused(422, f'the body should be {{"{unit}": […]}} and nothing else')
    examples = content[unit]
    if not isinstance(examples, list) or not examples:
        raise Refused(422, f'"{unit}" should be a list of at least one')
    if len(examples) > settings.examples:
        raise Refused(
            413,
            f"there are {len(examples):,} {encoding.unit}, and the most of a request is "
            f"{settings.examples:,}; send some at a time",
        )
    if isinstance(encoding, TextEncoding):
        _check_all(examples, str, unit, "a text")
        rows = [{encoding.text or COLUMN: text} for text in examples]
        return [_write_rows(folder / "texts.jsonl", rows)]
    if unit == "rows":
        _check_all(examples, dict, unit, "an object {column: value}")
        return [_write_rows(folder / "rows.jsonl", examples)]
    if unit == "windows":
        return [_write_window(folder, number, rows) for number, rows in enumerate(examples)]
    return [_write_series(folder / "series.ts", examples)]


def _write_window(folder: Path, number: int, rows: Any) -> Path:
    if not isinstance(rows, list) or not rows:
        raise Refused(422, f'"windows", {number + 1}: should be a list of rows')
    _check_all(rows, dict, f"windows, {number + 1}", "an object {column: value}")
    return _write_rows(folder / f"{number}.jsonl", rows)


def _write_rows(path: Path, rows: Sequence[Any]) -> Path:
    lines = (json.dumps(row) for row in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _write_series(path: Path, examples: Sequence[Any]) -> Path:
    lines = [_series(each, place) for place, each in enumerate(examples, start=1)]
    path.write_text("\n".join(["@classLabel false", "@data", *lines]), encoding="utf-8")
    return path


def _series(steps: Any, place: int) -> str:
    """A line of a .ts file: variables divided by colons, steps by commas."""
    variables = (
        steps if isinstance(steps, list) and steps and isinstance(steps[0], list) else [steps]
    )
    return ":".join(_variable(each, place) for each in variables)


def _variable(steps: Any, place: int) -> str:
    fine = isinstance(steps, list) and steps and all(map(_is_step, steps))
    if not fine:
        raise Refused(
            422, f'"series", {place}: should be a list of numbers, null where one is missing'
        )
    return ",".join("?" if step is None else repr(float(step)) for step in steps)


def _is_step(step: Any) -> bool:
    return step is None or (isinstance(step, int | float) and not isinstance(step, bool))


def _check_all(examples: Sequence[Any], kind: type, unit: str, what: str) -> None:
    for place, each in enumerate(examples, start=1):
        if not isinstance(each, kind):
            raise Refused(422, f'"{unit}", {place}: {str(each)[:60]!r} should be {what}')
