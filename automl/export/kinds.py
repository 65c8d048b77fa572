"""What the model card says of each kind of data; a new encoding is one entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """Words about one encoding.

    Args:
        file: One that ``automl predict`` might be given.
        inputs: What goes into the model as it is, and what the model does with it first.
        limit: What the model cannot see; ``{0}``, ``{1}`` … are the numbers of the shape.
    """

    file: str
    inputs: str
    limit: str


KINDS: Mapping[str, Kind] = {
    "images": Kind(
        file="image.png",
        inputs="Pixels go in as they are, 0 to 255: normalizing is part of the model.",
        limit=(
            "It sees {1}×{2} pixels: `automl predict` scales images to fit and centres them on "
            "white; your own code has to do the same."
        ),
    ),
    "text": Kind(
        file="texts.csv",
        inputs=(
            "Token ids go in, with 0 as padding at the end of the shorter texts of a batch. How "
            "much padding there is makes no difference to a text's result."
        ),
        limit=(
            "It takes up to {0} tokens of a text, out of {1} that it knows. Your own code has to "
            "cut texts into tokens as the encoding does."
        ),
    ),
    "table": Kind(
        file="rows.csv",
        inputs=(
            "Numbers go in as they are, NaN where one is missing, and categories as their number "
            "in the encoding, -1 for one that it does not know: scaling the numbers and giving "
            "each category a place of its own is part of the model."
        ),
        limit="It needs the columns that it was trained on, in the same units.",
    ),
    "series": Kind(
        file="series.csv",
        inputs=(
            "Numbers go in as they are, oldest step first: bringing each variable to mean 0 and "
            "standard deviation 1 is part of the model."
        ),
        limit="It sees {0} steps of {1} variables, in the units and at the pace of its training.",
    ),
}
