"""How a settings class says that a field is chosen from a family of things."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Named:
    """Marks a field that holds ``{name: options}`` of a family, as ``Annotated[…, Named(…)]``.

    The space language then takes a name, a name with options, or a choice between them there.

    Args:
        family: The registry the name is from: ``"layer"``, ``"optimizer"``.
        many: The field holds a list of them.
    """

    family: str
    many: bool = False
