"""All pictures and tables of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from automl.core.review import Confusion, Review
from automl.core.trial import Measurement
from automl.pictures.errors import draw_confusion, draw_scatter
from automl.pictures.learning_curve import draw_learning_curve
from automl.pictures.mistakes import can_be_drawn, draw_mistakes, write_mistakes


def write_curve(folder: Path, curve: Sequence[Measurement], metric: str) -> None:
    """Write ``learning_curve.png``.

    Raises:
        OSError: if it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw_learning_curve(folder / "learning_curve.png", curve, metric)


def write_review(folder: Path, review: Review) -> None:
    """Write ``confusion.png`` or ``predictions.png``, and ``mistakes.png`` or ``mistakes.csv``.

    Raises:
        OSError: if one of them cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(review.errors, Confusion):
        draw_confusion(folder / "confusion.png", review.errors)
    else:
        draw_scatter(folder / "predictions.png", review.errors)
    if not review.mistakes:
        return
    if can_be_drawn(review.mistakes):
        draw_mistakes(folder / "mistakes.png", review.mistakes)
    else:
        write_mistakes(folder / "mistakes.csv", review.mistakes)
