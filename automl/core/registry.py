"""Families of things known by name: tables of ``name -> "module:attribute"``, resolved on use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from automl.core.errors import UnknownName

T_co = TypeVar("T_co", covariant=True)


def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that ``name`` was probably meant to be, or None."""
    close = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return close[0] if close else None


class Registry(Generic[T_co]):
    """A family of things known by name; nothing is imported until it is asked for.

    Args:
        kind: Kind of the things in the singular, for messages: ``"layer"``.
        table: Where each thing is: ``name -> "module:attribute"``.

    Example:
        >>> colours: Registry[str] = Registry("text", {"digits": "string:digits"})
        >>> colours["digits"]
        '0123456789'
    """

    def __init__(self, kind: str, table: Mapping[str, str]) -> None:
        self.kind = kind
        self._table = dict(table)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name, in the table's order."""
        return tuple(self._table)

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def check(self, name: str) -> str:
        """Give ``name`` back if it is known; imports nothing.

        Raises:
            UnknownName: with the nearest name that is known.
        """
        if name not in self._table:
            raise UnknownName(self.kind, name, self.names, nearest(name, self.names))
        return name

    def __getitem__(self, name: str) -> T_co:
        """The thing itself, imported now.

        Raises:
            UnknownName: with the nearest name that is known.
        """
        module, _, attribute = self._table[self.check(name)].partition(":")
        found: Any = getattr(import_module(module), attribute)
        return found  # type: ignore[no-any-return]


@runtime_checkable
class NoOp(Protocol):
    """Options that may turn their layer or augmentation into a no-op, such as dropout with rate 0.

    A no-op is left out of the list that it is in.
    """

    @property
    def is_noop(self) -> bool:
        """Whether it changes nothing with these options, neither in training nor later."""


@dataclass(frozen=True)
class MemberOf:
    """Marks a field that holds ``{name: options}`` of a family, as ``Annotated[…, MemberOf(…)]``.

    There the space language takes a name, a name with options, or a choice between them.

    Args:
        family: Name of the registry: ``"layer"``, ``"optimizer"``.
        many: Whether the field holds a list of members.
    """

    family: str
    many: bool = False
