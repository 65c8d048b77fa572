"""The plots of a trial, drawn with Matplotlib, and the table of its worst mistakes."""

from __future__ import annotations

import csv
import logging
import warnings
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl.core.error_analysis import (
    Confusion,
    ErrorAnalysis,
    Example,
    ImageExample,
    Mistake,
    RowExample,
    Scatter,
    SeriesExample,
    TextExample,
)
from automl.core.text import csv_cell, one_line, shortened
from automl.core.trial import Measurement

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRAIN = "train_loss"
VALIDATION = "loss"
# Classes up to which a confusion matrix shows its counts as numbers.
MOST_CLASSES_WITH_COUNTS = 15
LONGEST_LABEL = 24
MISTAKES_A_ROW = 4
LONGEST_TITLE = 26
Draw = Callable[["Figure"], None]


def write_curve(folder: Path, curve: Sequence[Measurement], metric: str) -> None:
    """Write ``learning_curve.png``.

    Raises:
        OSError: if it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _draw_learning_curve(folder / "learning_curve.png", curve, metric)


def write_review(folder: Path, review: ErrorAnalysis) -> None:
    """Write ``confusion.png`` or ``predictions.png``, and ``mistakes.png`` or ``mistakes.csv``.

    Raises:
        OSError: if one of them cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(review.errors, Confusion):
        _draw_confusion(folder / "confusion.png", review.errors)
    else:
        _draw_scatter(folder / "predictions.png", review.errors)
    if not review.mistakes:
        return
    if _can_be_drawn(review.mistakes):
        _draw_mistakes(folder / "mistakes.png", review.mistakes)
    else:
        _write_mistakes(folder / "mistakes.csv", review.mistakes)


def _draw_learning_curve(path: Path, curve: Sequence[Measurement], metric: str) -> None:
    """Write the metric over the epochs and, below it, the losses on train and validation.

    Args:
        path: PNG file to write.
        curve: Learning curve of at least one measurement.
        metric: Name of the objective.
    """

    def draw(figure: Figure) -> None:
        top, bottom = figure.subplots(2, 1, sharex=True)
        _draw_lines(top, curve, {f"{metric} on validation": metric})
        _draw_lines(bottom, curve, {"loss in training": TRAIN, "loss on validation": VALIDATION})
        bottom.set_xlabel("epoch")

    _write_png(path, (6.4, 5.4), draw)


def _draw_lines(axes: Axes, curve: Sequence[Measurement], names: dict[str, str]) -> None:
    epochs = [each.epoch for each in curve]
    for label, name in names.items():
        if name in curve[0].metrics:
            values = [each.metrics[name] for each in curve]
            axes.plot(epochs, values, marker=".", label=label)
    axes.grid(alpha=0.3)
    axes.legend()


def _draw_confusion(path: Path, confusion: Confusion) -> None:
    """Write a confusion matrix, darker for a larger share of the class."""
    size = min(10.0, 3.0 + 0.45 * len(confusion.labels))

    def draw(figure: Figure) -> None:
        counts = np.array(confusion.counts)
        axes = figure.add_subplot()
        axes.imshow(counts / counts.sum(axis=1, keepdims=True).clip(min=1), cmap="Blues", vmax=1)
        labels = [_short_label(label) for label in confusion.labels]
        axes.set_xticks(range(len(labels)), labels, rotation=90, parse_math=False)
        axes.set_yticks(range(len(labels)), labels, parse_math=False)
        axes.set(xlabel="answer", ylabel="truth")
        if len(labels) <= MOST_CLASSES_WITH_COUNTS:
            _write_counts(axes, counts)

    _write_png(path, (size, size), draw)


def _draw_scatter(path: Path, scatter: Scatter) -> None:
    """Write predicted over true values; they are equal on the line."""

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        axes.scatter(scatter.truths, scatter.answers, s=8, alpha=0.5)
        limits = [min(scatter.truths, default=0.0), max(scatter.truths, default=1.0)]
        axes.plot(limits, limits, color="grey", linewidth=1)
        name = _short_label(scatter.name)
        axes.set_xlabel(f"{name}, as it is", parse_math=False)
        axes.set_ylabel(f"{name}, as predicted", parse_math=False)
        axes.grid(alpha=0.3)

    _write_png(path, (5.4, 5.4), draw)


def _write_counts(axes: Axes, counts: np.ndarray) -> None:
    dark = counts > counts.sum(axis=1, keepdims=True) / 2
    for (row, column), count in np.ndenumerate(counts):
        colour = "white" if dark[row, column] else "black"
        axes.text(column, row, str(count), ha="center", va="center", color=colour, fontsize=8)


def _short_label(label: str) -> str:
    return shortened(one_line(label), LONGEST_LABEL)


def _can_be_drawn(mistakes: Sequence[Mistake]) -> bool:
    """Whether their examples are pictures or series; texts and rows go to a table."""
    return all(isinstance(each.example, ImageExample | SeriesExample) for each in mistakes)


def _draw_mistakes(path: Path, mistakes: Sequence[Mistake]) -> None:
    """Write a PNG of the mistakes with their true and predicted labels."""
    rows = -(-len(mistakes) // MISTAKES_A_ROW)

    def draw(figure: Figure) -> None:
        places = figure.subplots(rows, MISTAKES_A_ROW, squeeze=False).flat
        for axes, mistake in zip(places, mistakes, strict=False):
            # At a place of its own: to find one takes Matplotlib half of the whole drawing.
            axes.set_title(_title(mistake), fontsize=8, parse_math=False, y=1.0)
            _draw_example(axes, mistake.example)
        for axes in list(figure.axes)[len(mistakes) :]:
            axes.set_axis_off()

    _write_png(path, (2.2 * MISTAKES_A_ROW, 2.7 * rows), draw)


def _write_mistakes(path: Path, mistakes: Sequence[Mistake]) -> None:
    """Write a CSV table with a row for each mistake."""
    cells = [_cells(each.example) for each in mistakes]
    names = dict.fromkeys(name for row in cells for name in row)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["truth", "answer", "how wrong", *map(csv_cell, names)])
        for each, row in zip(mistakes, cells, strict=True):
            own = (row.get(name, "") for name in names)
            table.writerow(map(csv_cell, [each.truth, each.answer, each.degree, *own]))


def _title(mistake: Mistake) -> str:
    truth, answer = _short_text(mistake.truth), _short_text(mistake.answer)
    return f"{truth}\ntaken for {answer}\n{mistake.degree}"


def _draw_example(axes: Axes, example: Example) -> None:
    if isinstance(example, ImageExample):
        from PIL import Image

        axes.imshow(Image.open(BytesIO(b64decode(example.png))).convert("RGB"))
        axes.set_axis_off()
    elif isinstance(example, SeriesExample):
        for line in example.lines:
            steps = range(line.start, line.start + len(line.values))
            axes.plot(steps, line.values, label=_in_legend(line.name), linewidth=1)
        axes.tick_params(labelsize=6)
        for text in axes.legend(fontsize=6).get_texts():
            text.set_parse_math(False)


def _cells(example: Example) -> Mapping[str, str]:
    if isinstance(example, TextExample):
        return {"text": example.text}
    return example.cells if isinstance(example, RowExample) else {}


def _in_legend(name: str) -> str:
    """A name for a legend, where Matplotlib hides names that begin with an underscore."""
    return f" {_short_text(name)}" if name.startswith("_") else _short_text(name)


def _short_text(text: str) -> str:
    return shortened(one_line(text), LONGEST_TITLE)


# Matplotlib logs its font cache and folders that it cannot write to.
logging.getLogger("matplotlib").setLevel(logging.ERROR)


def _write_png(path: Path, size: tuple[float, float], draw: Draw) -> None:
    """Write the figure that ``draw`` draws.

    Args:
        path: PNG file to write.
        size: Width and height in inches of 100 pixels.
        draw: Function that draws on an empty figure.

    Raises:
        OSError: if it cannot be written.
    """
    content = _render(size, draw)
    try:
        path.write_bytes(content)
    except OSError:
        path.unlink(missing_ok=True)  # no truncated file
        raise


def load_matplotlib() -> None:
    """Import Matplotlib now, which takes most of a second."""
    _render((1, 1), lambda figure: None)


def _render(size: tuple[float, float], draw: Draw) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    with warnings.catch_warnings():
        # A letter of a user's label that the font lacks becomes a box.
        warnings.simplefilter("ignore", UserWarning)
        draw(figure)
        content = BytesIO()
        figure.savefig(content, format="png", dpi=100)
    return content.getvalue()
