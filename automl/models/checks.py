"""The rules that several layers have about the shapes they take."""

from __future__ import annotations

from automl.core.errors import Infeasible
from automl.core.shape import Shape


def image(shape: Shape) -> tuple[int, int, int]:
    """``shape`` as (channels, height, width).

    Raises:
        Infeasible: if it is no image.
    """
    if len(shape) != 3:
        raise Infeasible("it needs an image; put it before flatten and global pooling")
    return shape


def sequence(shape: Shape) -> tuple[int, int]:
    """``shape`` as (length, features).

    Raises:
        Infeasible: if it is no sequence.
    """
    if len(shape) == 3:
        raise Infeasible("it needs a sequence, such as a text behind an embedding or a series")
    if len(shape) != 2:
        raise Infeasible(
            "it needs a sequence; put it before what makes a vector of one: flatten, pooling, "
            "or a recurrent layer without return_sequences"
        )
    return shape


def window_fits(size: int, sides: tuple[int, ...]) -> None:
    """Check that a window of ``size`` along each side lies inside an image or a sequence.

    Raises:
        Infeasible: if a side is shorter.
    """
    if size > min(sides):
        window = f"{size}×{size} window" if len(sides) == 2 else f"window of {size}"
        raise Infeasible(f"its {window} does not fit")


def divisible(name: str, value: int, by: str, groups: int) -> None:
    """Check that ``value`` splits into ``groups`` equal groups.

    Args:
        name: Of the value.
        value: What is split.
        by: Name of the number of groups.
        groups: That number.

    Raises:
        Infeasible: if it does not.
    """
    if value % groups:
        raise Infeasible(f"`{name}` (={value}) must be divisible by `{by}` (={groups})")
