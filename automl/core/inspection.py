"""What is known of a network before it is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Inspection:
    """A network as it would be built.

    Args:
        size: Number of its weights.
        flops: Floating-point operations of one example's forward pass.
        rows: Its layers in order: name, output shape, number of weights.
    """

    size: int
    flops: int
    rows: tuple[tuple[str, tuple[int, ...], int], ...] = ()
