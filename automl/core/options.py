"""What settings classes say of themselves to whoever reads spaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Idle(Protocol):
    """Options with which what they are of may do nothing at all, such as dropout of rate 0.

    A network, or a list of augmentations, is then the same as without it.
    """

    @property
    def does_nothing(self) -> bool:
        """Whether it does nothing with these options, neither in training nor later."""


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
