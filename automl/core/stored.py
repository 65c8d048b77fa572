"""Plain values under the keys that files and ``--json`` have always had for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    T = TypeVar("T", bound=DataclassInstance)

# Name of a field -> key in files.
KEYS = {"num_parameters": "size", "objective": "value", "grad_accumulation": "accumulate"}


def to_stored(value: DataclassInstance) -> dict[str, Any]:
    """A dataclass and the dataclasses in it as dicts, with the keys of files."""
    return asdict(value, dict_factory=_with_stored_keys)


def from_stored(kind: type[T], stored: Mapping[str, Any]) -> T:
    """A dataclass from a dict with the keys of files; other keys are left out."""
    return kind(**restored(kind, stored))


def restored(kind: type[DataclassInstance], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What a dict with the keys of files holds of a dataclass, by the names of its fields."""
    keys = {each.name: KEYS.get(each.name, each.name) for each in fields(kind)}
    return {name: stored[key] for name, key in keys.items() if key in stored}


def _with_stored_keys(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {KEYS.get(name, name): value for name, value in items}
