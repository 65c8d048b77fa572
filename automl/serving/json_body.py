"""Examples as JSON, which are written to files that the usual readers read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from automl.core.text import one_line, shortened
from automl.data.encoding import Encoding
from automl.data.text.encoding import TextEncoding
from automl.export.runtime import input_name
from automl.inference.inputs import TEXT_COLUMN
from automl.serving import ServerSettings
from automl.serving.requests import Refused

# Unknown names that are kept, to find the one that is similar to a missing column's.
SPARE = 100
# Most objects of a request, because they take longest to read.
OBJECTS = 100_000
# Digits of a number that are read as an integer.
LONGEST_NUMBER = 300
# Characters of a client's own words that a message quotes.
QUOTED = 60


class JsonReader:
    """Parses what a stranger sent, and keeps only what the model has use for.

    Of an object it keeps the names that are anywhere in the encoding, which reads no others, and
    the first few other names, so that an error about a missing column can name a similar one. All
    else is dropped while parsing and never becomes a column of a table.

    Args:
        encoding: Encoding with the names.
        settings: Settings with the most values of a request.
    """

    def __init__(self, encoding: Encoding, settings: ServerSettings) -> None:
        fields = encoding.model_dump(mode="json")
        self._known = {_alike(name) for name in (input_name(encoding), *_texts(fields))}
        self._others = math.prod(encoding.raw_shape) + SPARE
        self._settings = settings

    def parse(self, content: bytes, name: str) -> Any:
        """The value of a JSON text.

        Args:
            content: Bytes of the text.
            name: Name of the text in messages.

        Raises:
            Refused: it is not JSON, has too many values, or has a number that is too large.
        """
        self._check(content, name)
        return self._parse(content, name, set())

    def parse_lines(self, content: bytes, name: str) -> Iterator[Any]:
        """The value of each line that is not blank; see ``parse``."""
        self._check(content, name)
        others: set[str] = set()
        for at, line in enumerate(content.split(b"\n"), start=1):
            if line.strip():
                yield self._parse(line, f"{name}:{at}", others)

    def _check(self, content: bytes, name: str) -> None:
        check_values(content, b",:[{", name, self._settings)
        if content.count(b"{") > OBJECTS:
            raise Refused(
                413,
                f"{name} has more than {OBJECTS:,} objects, the most of a request in JSON; send "
                "some at a time, or CSV",
            )

    def _parse(self, content: bytes, name: str, others: set[str]) -> Any:
        def keep(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            return {key: value for key, value in pairs if self._has_use_for(key, others)}

        try:
            return json.loads(
                content,
                object_pairs_hook=keep,
                parse_constant=_refuse_constant,
                parse_int=_whole,
                parse_float=_decimal,
            )
        except (ValueError, RecursionError) as error:
            raise Refused(422, f"{name} is not JSON ({error})") from None

    def _has_use_for(self, name: str, others: set[str]) -> bool:
        if _alike(name) in self._known or name in others:
            return True
        if len(others) < self._others:
            others.add(name)
            return True
        return False


def check_values(content: bytes, between: bytes, name: str, settings: ServerSettings) -> None:
    """Refuse content with so many values that it would be far larger in memory.

    Args:
        content: Bytes of a file or body.
        between: Characters that separate values.
        name: Name of the content in messages.
        settings: Settings with the most values of a request.

    Raises:
        Refused: there are too many values.
    """
    if sum(content.count(each) for each in between) > settings.values:
        raise Refused(
            413,
            f"{name} has more than {settings.values:,} values, the most of a request; send some at "
            "a time",
        )


def _texts(value: Any) -> Iterator[str]:
    """Every text in the fields of an encoding."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield key
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _alike(name: str) -> str:
    return name.strip().casefold()


def _refuse_constant(name: str) -> Any:
    raise Refused(422, f"{name} is not a number in JSON; write null where a value is missing")


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) < LONGEST_NUMBER else _decimal(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        shown = shortened(digits, QUOTED)
        raise Refused(422, f"{shown} is too large for a number; write null where it is unknown")
    return number


def write_json(
    content: Any, encoding: Encoding, folder: Path, settings: ServerSettings
) -> list[Path]:
    """Files with a request's examples.

    Args:
        content: Value of the JSON: ``{"texts": ["…"]}``, ``{"rows": [{column: value}]}``,
            ``{"windows": [[{column: value}]]}`` with the rows of each window, or ``{"series":
            [[1.5, null]]}``, where a series of several variables is a list of them.
        encoding: Encoding of the model, which decides which of these it has to be.
        folder: Folder to write to.
        settings: Settings with the most examples of a request.

    Raises:
        Refused: the content is something else, or has too many examples.
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
        for place, each in enumerate(examples, start=1):
            if not isinstance(each, str):
                raise Refused(422, f'"{unit}", {place}: {_quoted(each)} should be a text')
        rows = [{encoding.text or TEXT_COLUMN: text} for text in examples]
        return [write_rows(folder / "texts.jsonl", rows, unit)]
    if unit == "rows":
        return [write_rows(folder / "rows.jsonl", examples, unit)]
    if unit == "windows":
        return [_write_window(folder, number, rows) for number, rows in enumerate(examples)]
    return [_write_series(folder / "series.ts", examples)]


def write_rows(path: Path, rows: Iterable[Any], unit: str) -> Path:
    """Write a file of JSON lines.

    Args:
        path: Path of the file.
        rows: Objects whose values are neither lists nor objects.
        unit: Name of the rows in messages.

    Returns:
        The path.

    Raises:
        Refused: a row is something else.
    """
    with path.open("w", encoding="utf-8") as file:
        for place, row in enumerate(rows, start=1):
            if not isinstance(row, dict):
                raise Refused(
                    422, f'"{unit}", {place}: {_quoted(row)} should be an object {{column: value}}'
                )
            for name, value in row.items():
                if isinstance(value, list | dict):
                    raise Refused(
                        422,
                        f'"{unit}", {place}, {_quoted(name)}: {_quoted(value)} should be a number, '
                        "a text, true, false or null",
                    )
            file.write(f"{json.dumps(row)}\n")
    return path


def _write_window(folder: Path, number: int, rows: Any) -> Path:
    if not isinstance(rows, list) or not rows:
        raise Refused(422, f'"windows", {number + 1}: should be a list of rows')
    return write_rows(folder / f"{number}.jsonl", rows, f"windows, {number + 1}")


def _write_series(path: Path, examples: Sequence[Any]) -> Path:
    lines = [_series(each, place) for place, each in enumerate(examples, start=1)]
    path.write_text("\n".join(["@classLabel false", "@data", *lines]), encoding="utf-8")
    return path


def _series(steps: Any, place: int) -> str:
    """A line of a .ts file: variables separated by colons, steps by commas."""
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


def _quoted(value: Any) -> str:
    """A client's value, shortened; only the type of a list or object, which may be deep."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    return f"'{shortened(one_line(shortened(str(value), QUOTED)), QUOTED)}'"
