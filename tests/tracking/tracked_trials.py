"""A trial and what it measures, small."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from automl.core.trial import Measurement
from automl.tracking.tracker import TrackedTrial, TrialEnd

PARAMETERS = {"optimizer": "adamw", "optimizer.adamw.lr": 0.01, "stage.repeat": 2, "bias": True}
SETTING = {"space": "cnn", "data": "digits", "seed": 7, "epochs": 2}


def small_trial(folder: Path, study: str = "digits", number: int = 3) -> TrackedTrial:
    """A trial whose folder is there."""
    folder.mkdir(parents=True, exist_ok=True)
    return TrackedTrial(study, number, PARAMETERS, SETTING, "accuracy", folder)


def step(number: int, accuracy: float | None = None) -> Measurement:
    """A reporting step: half an epoch each."""
    value = number / 8 if accuracy is None else accuracy
    return Measurement(number, number / 2, {"accuracy": value, "loss": 1 - value}, float(number))


def artifacts(folder: Path) -> tuple[Path, ...]:
    """A picture and a table of a trial."""
    picture, table = folder / "confusion.png", folder / "mistakes.csv"
    Image.new("RGB", (8, 4), (250, 0, 0)).save(picture)
    table.write_text(
        'text,truth,answer\n"a | b\nc",good,"bad, really"\nприплыли,bad,good\n', "utf-8"
    )
    return picture, table


def complete(folder: Path) -> TrialEnd:
    """The end of a trial that ran to its end."""
    return TrialEnd("complete", "", 0.5, 1234, 5678, 4.5, artifacts(folder))
