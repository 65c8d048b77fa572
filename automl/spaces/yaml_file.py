"""YAML 1.2 text to a document whose every value knows its line. Constructs no objects."""

from __future__ import annotations

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from automl.core.distributions import Value
from automl.spaces.document import Entry, Items, Scalar, Table, Yaml
from automl.spaces.problems import Problems

# Aliases can make a few lines stand for millions of values, or for endless ones.
MOST_VALUES = 10_000
DEEPEST = 50
# Above it ints are no longer exact as floats, and no setting is that large.
LARGEST_NUMBER = 1e15

_CORE = "tag:yaml.org,2002:"
_BASES = {"0x": 16, "0o": 8}


class _Unreadable(Exception):
    """The document as a whole cannot be used."""


def parse_yaml(text: str, problems: Problems) -> Yaml | None:
    """The document in ``text``, or None if there is none; what is wrong goes to ``problems``."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
        return None if root is None else _Reader(problems).read(root)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(mark.line + 1 if mark else 1, f"broken YAML: {error.problem}", _context(error))
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.add(line, f"broken YAML: {error.reason}", f"at {chr(error.character)!r}")
    except RecursionError:
        problems.add(1, "broken YAML: nested too deeply", f"at most {DEEPEST} levels")
    except _Unreadable as error:
        problems.add(1, str(error))
    except Exception as error:  # the parser lets bare errors out for some broken bytes
        problems.add(1, f"broken YAML: {' '.join(str(error).split()) or type(error).__name__}")
    return None


def _context(error: MarkedYAMLError) -> str:
    if error.context is None or error.context_mark is None:
        return ""
    return f"{error.context} that began in line {error.context_mark.line + 1}"


class _Reader:
    """Turns the parser's nodes into a document, counting what aliases expand to."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._values = 0

    def read(self, node: Node, depth: int = 1) -> Yaml:
        self._values += 1
        if self._values > MOST_VALUES:
            raise _Unreadable(f"too large: over {MOST_VALUES:,} values, aliases written out")
        if depth > DEEPEST:
            raise _Unreadable(f"nested too deeply: over {DEEPEST} levels, aliases written out")
        line = node.start_mark.line + 1
        if isinstance(node, ScalarNode):
            return Scalar(self._scalar(node, line), line)
        if _kind(node) not in ("map", "seq"):
            self._problems.add(line, f"the tag {_kind(node)} has no meaning in a space")
        if isinstance(node, SequenceNode):
            return Items(tuple(self.read(item, depth + 1) for item in node.value), line)
        return Table(self._entries(node, depth), line)

    def _entries(self, node: Node, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._scalar(key_node, line) if isinstance(key_node, ScalarNode) else None
            if not isinstance(key, str):
                self._problems.add(line, "a name must be a word", "write it in quotes if it is one")
            elif key in entries:
                first = entries[key].line
                self._problems.add(line, f"{key!r} is here twice", f"first in line {first}")
            else:
                value = self.read(value_node, depth + 1)
                # The parser puts an empty value where the next one begins.
                is_empty = isinstance(value, Scalar) and value.value is None
                entries[key] = Entry(Scalar(None, line) if is_empty else value, line)
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
    """A scalar by its type in YAML.

    Raises:
        ValueError: if it is none that a space can hold; the message says why.
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
        raise ValueError("the text holds a letter that does not exist")
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
