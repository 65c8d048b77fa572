"""Drawing with Matplotlib, without a screen and without its words on the terminal."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# It tells of its font cache, and of folders it cannot write to.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

Draw = Callable[["Figure"], None]


def write_png(path: Path, size: tuple[float, float], draw: Draw) -> None:
    """Write what ``draw`` draws.

    Args:
        path: The file.
        size: Width and height in inches of 100 pixels.
        draw: Is given an empty figure.

    Raises:
        OSError: if it cannot be written.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    with warnings.catch_warnings():
        # Labels are users' own; a letter that the font lacks becomes a box.
        warnings.simplefilter("ignore", UserWarning)
        draw(figure)
        content = BytesIO()
        figure.savefig(content, format="png", dpi=100)
    try:
        path.write_bytes(content.getvalue())
    except OSError:
        path.unlink(missing_ok=True)  # half a picture is none
        raise
