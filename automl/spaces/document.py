"""YAML 1.2 text as a document whose every value knows its line. Constructs no objects.

The values of ``--set training.batch_size=64`` are laid over the document before it is read, so that
they are checked as the file is.
"""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from automl.core.distributions import Value
from automl.core.errors import UserError
from automl.core.registry import nearest
from automl.spaces.context import Problems

# Aliases can expand a few lines to millions of values, or endlessly.
MAX_VALUES = 10_000
MAX_DEPTH = 50
# Larger ints are not exact as floats, and no setting is that large.
LARGEST_NUMBER = 1e15
_CORE = "tag:yaml.org,2002:"
_BASES = {"0x": 16, "0o": 8}
FLAG = "--set"


@dataclass(frozen=True)
class YamlScalar:
    """A number, a text, true, false or null."""

    value: Value
    line: int


@dataclass(frozen=True)
class YamlList:
    """A list."""

    items: tuple[Yaml, ...]
    line: int


@dataclass(frozen=True)
class YamlEntry:
    """The value of a key, and the line of the key."""

    value: Yaml
    line: int


@dataclass(frozen=True)
class YamlTable:
    """A mapping of names to values."""

    entries: Mapping[str, YamlEntry]
    line: int


Yaml = YamlScalar | YamlList | YamlTable


def without_lines(yaml: Yaml) -> Any:
    """A document as dicts, lists and plain values."""
    if isinstance(yaml, YamlTable):
        return {key: without_lines(entry.value) for key, entry in yaml.entries.items()}
    if isinstance(yaml, YamlList):
        return [without_lines(item) for item in yaml.items]
    return yaml.value


def with_line(value: Any, line: int) -> Yaml:
    """A plain value as a document, as if it stood in ``line`` of the file."""
    if isinstance(value, Mapping):
        return YamlTable(
            {key: YamlEntry(with_line(each, line), line) for key, each in value.items()}, line
        )
    if isinstance(value, (list, tuple)):
        return YamlList(tuple(with_line(each, line) for each in value), line)
    return YamlScalar(value, line)


def shown(yaml: Yaml) -> str:
    """A value for messages: ``'adam'``, ``a list``, ``nothing``."""
    if isinstance(yaml, YamlTable):
        return "a mapping"
    if isinstance(yaml, YamlList):
        return "a list"
    return "nothing" if yaml.value is None else reprlib.repr(yaml.value)


class _Unreadable(Exception):
    """The document cannot be used at all."""


def parse_yaml(text: str, problems: Problems) -> Yaml | None:
    """Parse YAML.

    Args:
        text: YAML 1.2.
        problems: Collector of what is wrong.

    Returns:
        The document, or None if there is none.
    """
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        return None if root is None else _YamlReader(problems).read(root)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(mark.line + 1 if mark else 1, f"broken YAML: {error.problem}", _context(error))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.add(line, f"broken YAML: {error.reason}", f"at {chr(error.character)!r}")
    except RecursionError:
        problems.add(1, "broken YAML: nested too deeply", f"at most {MAX_DEPTH} levels")
    except _Unreadable as error:
        problems.add(1, str(error))
    except Exception as error:  # on some broken bytes the parser raises bare errors
        problems.add(1, f"broken YAML: {' '.join(str(error).split()) or type(error).__name__}")
    return None


def _context(error: MarkedYAMLError) -> str:
    if error.context is None or error.context_mark is None:
        return ""
    return f"{error.context} that began in line {error.context_mark.line + 1}"


class _YamlReader:
    """Turns the parser's nodes into a document, and counts what aliases expand to."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._values = 0

    def read(self, node: Node, depth: int = 1) -> Yaml:
        self._values += 1
        if self._values > MAX_VALUES:
            raise _Unreadable(f"too large: over {MAX_VALUES:,} values, aliases written out")
        if depth > MAX_DEPTH:
            raise _Unreadable(f"nested too deeply: over {MAX_DEPTH} levels, aliases written out")
        line = node.start_mark.line + 1
        if isinstance(node, ScalarNode):
            return YamlScalar(self._scalar(node, line), line)
        if _kind(node) not in ("map", "seq"):
            self._problems.add(line, f"the tag {_kind(node)} has no meaning in a space")
        if isinstance(node, SequenceNode):
            return YamlList(tuple(self.read(item, depth + 1) for item in node.value), line)
        return YamlTable(self._entries(node, depth), line)

    def _entries(self, node: Node, depth: int) -> dict[str, YamlEntry]:
        entries: dict[str, YamlEntry] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._scalar(key_node, line) if isinstance(key_node, ScalarNode) else None
            if not isinstance(key, str):
                self._problems.add(line, "a name must be a text", "put it in quotes if it is one")
            elif key in entries:
                first = entries[key].line
                self._problems.add(line, f"{key!r} is here twice", f"first in line {first}")
            else:
                value = self.read(value_node, depth + 1)
                # The parser gives an empty value the line of the next one.
                is_empty = isinstance(value, YamlScalar) and value.value is None
                entries[key] = YamlEntry(YamlScalar(None, line) if is_empty else value, line)
        return entries

    def _scalar(self, node: ScalarNode, line: int) -> Value:
        try:
            return _convert(_kind(node), node.value)
        except ValueError as error:
            self._problems.add(line, str(error))
            return None


def _kind(node: Node) -> str:
    return str(node.tag).removeprefix(_CORE)


def _convert(kind: str, text: str) -> Value:
    """A scalar converted by its YAML type.

    Raises:
        ValueError: if a space cannot hold it; the message says why.
    """
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        return _number(kind, text)
    if kind not in ("str", "timestamp", "merge", "value"):
        raise ValueError(f"the tag {kind} has no meaning in a space")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("the text holds a character that does not exist")
    return text


def _number(kind: str, text: str) -> int | float:
    base = _BASES.get(text.lstrip("+-")[:2], 10)
    try:
        number = float(text) if kind == "float" else int(text, base)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a number") from None
    if not abs(number) <= LARGEST_NUMBER:
        raise ValueError(f"{text[:40]} is not a number between -1e15 and 1e15")
    return number


def split_overrides(given: Sequence[str]) -> dict[str, str]:
    """The paths and values of ``PATH=VALUE`` texts, in their order.

    Raises:
        UserError: if one is no such text, or two have the same path.
    """
    overrides: dict[str, str] = {}
    for each in given:
        path, equals, value = each.partition("=")
        if not equals or not all(path.split(".")) or not value.strip():
            raise UserError(
                f"{FLAG} {each!r}: it must be PATH=VALUE, such as training.label_smoothing=0.1"
            )
        if path in overrides:
            raise UserError(f"{FLAG} {path} is there twice: {overrides[path]} and {value}")
        overrides[path] = value
    return overrides


def override(document: Yaml, overrides: Mapping[str, str], problems: Problems) -> Yaml:
    """The document with other values.

    A path goes through the file's own names: sections, options, a stage or layer of a list, a
    branch of ``choices``, whose word itself is left out: ``training.optimizer.adamw.lr``.

    Args:
        document: What the file says.
        overrides: A value in YAML for each path, such as ``training.batch_size``.
        problems: Where to say what is wrong with them.
    """
    for path, text in overrides.items():
        line = problems.line_of_flag(f"{FLAG} {path}={text}")
        broken = Problems()
        value = parse_yaml(text, broken)
        problems.take_over(broken, line)
        if value is not None:
            try:
                document = _replaced(document, path.split("."), _at(value, line), line)
            except ValueError as error:
                problems.add(line, str(error))
    return document


def _replaced(yaml: Yaml, path: Sequence[str], value: Yaml, line: int) -> Yaml:
    """``yaml`` with ``value`` at ``path``.

    Raises:
        ValueError: if the path leads nowhere; says where it ends.
    """
    if not path:
        return value
    name, *rest = path
    if isinstance(yaml, YamlList):
        return _replaced_item(yaml, name, rest, value, line)
    if isinstance(yaml, YamlScalar) and yaml.value in (None, name):
        yaml = YamlTable({}, line)  # `optimizer: adamw` is short for a mapping with that name
    if not isinstance(yaml, YamlTable):
        raise ValueError(f"it has no {name!r} there, only {shown(yaml)}")
    choices = yaml.entries.get("choices")
    if name not in yaml.entries and choices and isinstance(choices.value, YamlTable):
        inner = _replaced(choices.value, path, value, line)
        return _with_entry(yaml, "choices", inner, choices.line)
    entry = yaml.entries.get(name, YamlEntry(YamlScalar(None, line), line))
    return _with_entry(yaml, name, _replaced(entry.value, rest, value, line), line)


def _with_entry(table: YamlTable, name: str, value: Yaml, line: int) -> YamlTable:
    return replace(table, entries={**table.entries, name: YamlEntry(value, line)})


def _replaced_item(
    yaml: YamlList, name: str, path: Sequence[str], value: Yaml, line: int
) -> YamlList:
    """The list with another value in the stage, the choice or the only layer of a name."""
    names = [_item_name(item) for item in yaml.items]
    if names.count(name) != 1:
        known = tuple(dict.fromkeys(filter(None, names)))
        guess = nearest(name, known)
        hint = f"did you mean {guess!r}?" if guess else f"there are: {', '.join(known)}"
        many = names.count(name)
        raise ValueError(
            f"there are {many} {name!r} in that list; only one in a stage of its own has a path"
            if many
            else f"there is no {name!r} in that list; {hint}"
        )
    at = names.index(name)
    item = yaml.items[at]
    is_layer = not isinstance(item, YamlTable) or name in item.entries
    changed = _replaced(item, [name, *path] if is_layer else path, value, line)
    return replace(yaml, items=(*yaml.items[:at], changed, *yaml.items[at + 1 :]))


def _item_name(item: Yaml) -> str:
    """The name of a stage, a choice or a layer in a list, or "" of what has none."""
    if isinstance(item, YamlScalar):
        return str(item.value)
    if not isinstance(item, YamlTable):
        return ""
    named = item.entries.get("stage") or item.entries.get("name")
    if named is not None and isinstance(named.value, YamlScalar):
        return str(named.value.value)
    return next(iter(item.entries), "")


def _at(yaml: Yaml, line: int) -> Yaml:
    """The same value, every part of it in ``line``."""
    if isinstance(yaml, YamlTable):
        entries = {
            key: YamlEntry(_at(each.value, line), line) for key, each in yaml.entries.items()
        }
        return YamlTable(entries, line)
    if isinstance(yaml, YamlList):
        return YamlList(tuple(_at(each, line) for each in yaml.items), line)
    return replace(yaml, line=line)
