"""Forecasting: from a table with a row for each step of time to windows."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from automl.core.errors import DataError
from automl.core.target import Quantities
from automl.data.dataset import Dataset, Split
from automl.data.encodings.series import SeriesEncoding
from automl.data.series.calendar import season_of
from automl.data.series.choose import choose_columns
from automl.data.series.cut_windows import cut_windows
from automl.data.series.fingerprint import hash_table
from automl.data.series.latest_window import fill_forward
from automl.data.series.naive import naive_note
from automl.data.series.numbers import Floats, mean_and_std
from automl.data.series.time_columns import find_time
from automl.data.series.timeline import in_order
from automl.data.series.windows import Windows
from automl.data.source import Announce, Source
from automl.data.splits import FIXED_SEED, cut_rows

if TYPE_CHECKING:
    import pandas as pd

Steps = Annotated[int, Field(ge=1)]


class ForecastSource(Source):
    """One or many variables over time, of which one or many are forecast.

    The first 70 % of the steps are for training, the next 15 % for validation, the last 15 % for
    the test. A window belongs to the split that its horizon lies in.

    Attributes:
        season: Steps after which the series repeats itself, where the calendar does not tell.
    """

    kind = "forecast"
    season: ClassVar[int | None] = None

    history: Steps | None = None
    """Steps that a model sees. By default three seasons, but 12 to 104 steps; a season is a day,
    week or year, as the distance between the times suggests."""

    horizon: Steps | None = None
    """Steps ahead that are forecast. By default one season, but 4 to 26 steps."""

    level: Literal["window", "train"] = "window"
    """What numbers are measured from: the last one of the window, so that a level may drift, or
    the mean of the train split."""

    target: str | None = None
    """The column to forecast. By default one named target or y, else all columns of numbers."""

    time: str | None = None
    """The column that says when a row was. By default found by its name, or as the first
    that holds dates."""

    @abstractmethod
    def read(self, name: str, announce: Announce) -> pd.DataFrame:
        """The table, a row for each step."""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the table and cut it by time, whatever the seed."""
        frame = self.read(name, announce)
        try:
            return self._dataset(Path(name).stem, frame)
        except DataError as error:
            raise DataError(f"{name}: {error}") from None

    def _dataset(self, name: str, frame: pd.DataFrame) -> Dataset:
        line = in_order(frame, find_time(frame, self.time))
        parts = cut_rows(len(frame), FIXED_SEED, times=np.arange(len(frame)))
        season = self.season or season_of(line.times)
        windows = self._windows(season)
        windows.check_room(parts)
        chosen = choose_columns(line, self.target, parts["train"])
        values = chosen.window.values(line.frame, line.times)
        mean, std = mean_and_std(values[parts["train"]])
        targets = values[:, : len(chosen.targets)]
        splits, notes = cut_windows(windows, fill_forward(values, mean), targets, parts)
        encoding = SeriesEncoding(length=windows.history, mean=mean, std=std, content=chosen.window)
        target_mean, target_std = mean_and_std(splits["train"].targets)
        if self.level == "window":
            encoding = _from_last(encoding, splits["train"], len(chosen.targets))
            target_mean, target_std = mean_and_std(_distance(splits["train"]))
        return Dataset(
            name=name,
            task="forecasting",
            train=splits["train"],
            validation=splits["validation"],
            test=splits["test"],
            encoding=encoding,
            target=Quantities(chosen.targets, target_mean, target_std, windows.horizon),
            notes=(
                *line.notes,
                *chosen.notes,
                *_filled(values, chosen.window.numbers),
                *notes,
                naive_note(splits["validation"], season),
            ),
            fingerprint=hash_table(frame),
        )

    def _windows(self, season: int) -> Windows:
        history = self.history or min(max(3 * season, 12), 104)
        return Windows(history, self.horizon or min(max(season, 4), 26))


def _distance(split: Split) -> Floats:
    """What is forecast, measured from the last value of the window: (N, steps, targets)."""
    distance: Floats = split.targets - split.inputs[:, -1:, : split.targets.shape[2]]
    return distance


def _from_last(encoding: SeriesEncoding, train: Split, targets: int) -> SeriesEncoding:
    """The encoding with what is forecast measured from the last value of the window."""
    past = train.inputs[:, :, :targets] - train.inputs[:, -1:, :targets]
    _, std = mean_and_std(past)
    changed = {"from_last": targets, "std": (*std, *encoding.std[targets:])}
    return encoding.model_copy(update=changed)


def _filled(values: Floats, numbers: tuple[str, ...]) -> tuple[str, ...]:
    counts = np.isnan(values).sum(axis=0)
    found = [f"{name!r} {count:,}" for name, count in zip(numbers, counts, strict=False) if count]
    if not found:
        return ()
    return (
        "missing values among the inputs were filled with the last one before them (at the start, "
        f"with the mean): {', '.join(found)}",
    )
