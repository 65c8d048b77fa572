"""The worst mistakes of a model, to look at."""

from __future__ import annotations

import csv
from base64 import b64decode
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from automl.core.review import Example, Lines, Mistake, Picture, Row, Words
from automl.pictures.canvas import write_png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4
LONGEST_TITLE = 26


def can_be_drawn(mistakes: Sequence[Mistake]) -> bool:
    """Whether their examples are pictures or series; texts and rows are better read."""
    return all(isinstance(each.example, Picture | Lines) for each in mistakes)


def draw_mistakes(path: Path, mistakes: Sequence[Mistake]) -> None:
    """Write a PNG with each mistake, what it is and what it was taken for."""
    rows = -(-len(mistakes) // COLUMNS)

    def draw(figure: Figure) -> None:
        places = figure.subplots(rows, COLUMNS, squeeze=False).flat
        for axes, mistake in zip(places, mistakes, strict=False):
            title = f"{_short(mistake.truth)}\ntaken for {_short(mistake.answer)}\n{mistake.degree}"
            axes.set_title(title, fontsize=8, parse_math=False)
            _draw_example(axes, mistake.example)
        for axes in list(figure.axes)[len(mistakes) :]:
            axes.set_axis_off()

    write_png(path, (2.2 * COLUMNS, 2.7 * rows), draw)


def write_mistakes(path: Path, mistakes: Sequence[Mistake]) -> None:
    """Write a CSV table with a row for each mistake."""
    cells = [_cells(each.example) for each in mistakes]
    names = dict.fromkeys(name for row in cells for name in row)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["truth", "answer", "how wrong", *names])
        for each, row in zip(mistakes, cells, strict=True):
            own = (row.get(name, "") for name in names)
            table.writerow([each.truth, each.answer, each.degree, *own])


def _draw_example(axes: Axes, example: Example) -> None:
    if isinstance(example, Picture):
        from PIL import Image

        axes.imshow(Image.open(BytesIO(b64decode(example.png))).convert("RGB"))
        axes.set_axis_off()
    elif isinstance(example, Lines):
        for line in example.lines:
            steps = range(line.start, line.start + len(line.values))
            axes.plot(steps, line.values, label=_short(line.name), linewidth=1)
        axes.tick_params(labelsize=6)
        axes.legend(fontsize=6)


def _cells(example: Example) -> Mapping[str, str]:
    if isinstance(example, Words):
        return {"text": example.text}
    return example.cells if isinstance(example, Row) else {}


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…"
