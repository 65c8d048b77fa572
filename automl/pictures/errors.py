"""All errors of a model in one picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl.core.review import Confusion, Scatter
from automl.pictures.canvas import write_png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Larger matrices show their counts by colour alone.
MOST_NUMBERS = 15
LONGEST_LABEL = 24


def draw_confusion(path: Path, confusion: Confusion) -> None:
    """Write the matrix, darker where a larger share of a class went."""
    size = min(10.0, 3.0 + 0.45 * len(confusion.labels))

    def draw(figure: Figure) -> None:
        counts = np.array(confusion.counts)
        axes = figure.add_subplot()
        axes.imshow(counts / counts.sum(axis=1, keepdims=True).clip(min=1), cmap="Blues", vmax=1)
        labels = [_short(label) for label in confusion.labels]
        axes.set_xticks(range(len(labels)), labels, rotation=90, parse_math=False)
        axes.set_yticks(range(len(labels)), labels, parse_math=False)
        axes.set(xlabel="answer", ylabel="truth")
        if len(labels) <= MOST_NUMBERS:
            _write_counts(axes, counts)

    write_png(path, (size, size), draw)


def draw_scatter(path: Path, scatter: Scatter) -> None:
    """Write what the model says over what is true; on the line both are the same."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.scatter(scatter.truths, scatter.answers, s=8, alpha=0.5)
        ends = [min(scatter.truths, default=0.0), max(scatter.truths, default=1.0)]
        axes.plot(ends, ends, color="grey", linewidth=1)
        name = _short(scatter.name)
        axes.set_xlabel(f"{name}, as it is", parse_math=False)
        axes.set_ylabel(f"{name}, as predicted", parse_math=False)
        axes.grid(alpha=0.3)

    write_png(path, (5.4, 5.4), draw)


def _write_counts(axes: Axes, counts: np.ndarray) -> None:
    dark = counts > counts.sum(axis=1, keepdims=True) / 2
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if dark[row, column] else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=8)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
