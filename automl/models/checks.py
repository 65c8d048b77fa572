"""The rules that several layers have about the shapes they take."""

from __future__ import annotations

from automl.core.errors import Infeasible
from automl.models.layer import Shape


def image(shape: Shape) -> tuple[int, int, int]:
    """``shape`` as (channels, height, width).

    Raises:
        Infeasible: if it is no image.
    """
    if len(shape) != 3:
        raise Infeasible("it needs an image; put it before flatten and global pooling")
    return shape


def window_fits(size: int, shape: Shape) -> None:
    """Check that a square window of ``size`` pixels lies inside an image.

    Raises:
        Infeasible: if the image is smaller, or no image.
    """
    _, height, width = image(shape)
    if size > min(height, width):
        raise Infeasible(f"its {size}×{size} window does not fit")


def divisible(name: str, value: int, groups: int) -> None:
    """Check that ``value`` splits into ``groups`` equal groups.

    Raises:
        Infeasible: if it does not.
    """
    if value % groups:
        raise Infeasible(f"`{name}` (={value}) must be divisible by `groups` (={groups})")
