"""The shape of one example on its way through a network, without the batch axis."""

from __future__ import annotations

from typing import NamedTuple

# An image is (channels, height, width), a sequence (length, features), a vector (features,).
Shape = tuple[int, ...]

# The token that fills a text up to the length of the longest in its batch; always at its end.
PADDING = 0


class Tokens(NamedTuple):
    """The shape of a text: ids below ``vocabulary``, int32 (N, up to ``length``).

    Args:
        length: The most tokens a text has; a batch is as long as its longest.
        vocabulary: How many ids there are, ``PADDING`` among them.
    """

    length: int
    vocabulary: int
