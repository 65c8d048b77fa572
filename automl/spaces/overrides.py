"""Values that a search space says otherwise, such as ``--set training.batch_size=64``.

They are laid over the document before it is read, so that they are checked as the file is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from automl.core.errors import UserError
from automl.core.registry import nearest
from automl.spaces.context import Problems
from automl.spaces.document import (
    Yaml,
    YamlEntry,
    YamlList,
    YamlScalar,
    YamlTable,
    parse_yaml,
    shown,
)

FLAG = "--set"


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
