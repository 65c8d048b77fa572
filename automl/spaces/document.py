"""A YAML document as values that know their lines."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automl.core.distributions import Value


@dataclass(frozen=True)
class Scalar:
    """A number, a text, true, false or null."""

    value: Value
    line: int


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Yaml, ...]
    line: int


@dataclass(frozen=True)
class Entry:
    """What a key of a table holds, and the line of the key."""

    value: Yaml
    line: int


@dataclass(frozen=True)
class Table:
    """A mapping of names to values."""

    entries: Mapping[str, Entry]
    line: int


Yaml = Scalar | Items | Table


def plain(yaml: Yaml) -> Any:
    """The same without lines: dicts, lists and scalars."""
    if isinstance(yaml, Table):
        return {key: plain(entry.value) for key, entry in yaml.entries.items()}
    if isinstance(yaml, Items):
        return [plain(item) for item in yaml.items]
    return yaml.value


def located(value: Any, line: int) -> Yaml:
    """The opposite of `plain`: a value that no file holds, as if it stood in ``line``."""
    if isinstance(value, Mapping):
        return Table({key: Entry(located(each, line), line) for key, each in value.items()}, line)
    if isinstance(value, (list, tuple)):
        return Items(tuple(located(each, line) for each in value), line)
    return Scalar(value, line)


def shown(yaml: Yaml) -> str:
    """What somebody wrote, in a word for a message: ``'adam'``, ``a list``."""
    if isinstance(yaml, Table):
        return "a mapping"
    if isinstance(yaml, Items):
        return "a list"
    return "nothing" if yaml.value is None else reprlib.repr(yaml.value)
