"""A trial's learning curve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from automl.core.trial import Measurement
from automl.pictures.canvas import write_png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRAIN = "train_loss"
VALIDATION = "loss"


def draw_learning_curve(path: Path, curve: Sequence[Measurement], metric: str) -> None:
    """Write the metric over the epochs and, below, the loss in training and on validation.

    Args:
        path: The file to write, a PNG.
        curve: At least one measurement.
        metric: The objective.
    """

    def draw(figure: Figure) -> None:
        top, bottom = figure.subplots(2, 1, sharex=True)
        _draw_lines(top, curve, {f"{metric} on validation": metric})
        _draw_lines(bottom, curve, {"loss in training": TRAIN, "loss on validation": VALIDATION})
        bottom.set_xlabel("epoch")

    write_png(path, (6.4, 5.4), draw)


def _draw_lines(axes: Axes, curve: Sequence[Measurement], names: dict[str, str]) -> None:
    epochs = [each.epoch for each in curve]
    for label, name in names.items():
        if name in curve[0].metrics:
            values = [each.metrics[name] for each in curve]
            axes.plot(epochs, values, marker=".", label=label)
    axes.grid(alpha=0.3)
    axes.legend()
