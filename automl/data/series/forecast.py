"""Forecasting: from a table with a row for each step of time to windows."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from automl.core.data_types import Quantities
from automl.core.errors import DataError
from automl.data.dataset import Dataset, Split, hash_content, mean_and_std, standardize
from automl.data.series.arrays import Doubles, Floats, holds_numbers
from automl.data.series.encoding import SeriesEncoding
from automl.data.series.timeline import make_timeline
from automl.data.series.times import find_time, season_of
from automl.data.series.variables import choose_variables, fill_forward
from automl.data.series.windows import Windows, split_items, split_windows
from automl.data.source import Announce, Source, local_path
from automl.data.splits import HELD_OUT_SHARE
from automl.data.tables.reader import open_table
from automl.data.tables.type_inference import TypedTable

if TYPE_CHECKING:
    import pandas as pd

Steps = Annotated[int, Field(ge=1)]


class ForecastSource(Source):
    """One or many variables over time, of which one or many are forecast.

    Of each item, the first 70 % of the rows are for training, the next 15 % for validation, and the
    last 15 % for the test. A window belongs to the split that its horizon lies in.

    Attributes:
        season: Steps after which the series repeats itself, where the calendar does not say.
    """

    kind = "forecast"
    season: ClassVar[int | None] = None

    history: Steps | None = None
    """Steps that a model sees. By default three seasons, within 12 to 104 steps, or as many as a
    short series has room for; a season is a day, week or year, as the distance between the times
    suggests."""

    horizon: Steps | None = None
    """Steps ahead that are forecast. By default one season, within 4 to 26 steps, or as many as a
    short series has room for."""

    level: Literal["window", "train", "revin"] = "window"
    """What values are measured from: the last value of the window, which follows a drift; the mean
    of the train split; or the mean of the window, in its standard deviations (RevIN)."""

    target: str | None = None
    """Column to forecast, or several with commas between them. By default one named target or y,
    else the last column of numbers."""

    time: str | None = None
    """Column that says when a row was, or one of dates and one of times with a comma between them.
    By default found by its name, or else the first that holds dates."""

    time_format: str | None = None
    """How times are written: the codes of `strptime` (%d/%m/%Y), seconds or milliseconds. By
    default what fits all rows."""

    item: str | None = None
    """Column that says which of many series a row is of, or several with commas between them;
    none if there is one series. By default found where times repeat evenly."""

    @property
    def characters(self) -> str | None:
        """Character encoding of the file, if the user named it."""
        return None

    @abstractmethod
    def read(self, name: str, announce: Announce) -> TypedTable:
        """Read the table, which has a row for each step of each item."""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the table and split it by time, whatever the seed."""
        table = self.read(name, announce)
        try:
            return self._dataset(Path(name).stem, table)
        except DataError as error:
            raise DataError(f"{name}: {error}") from None

    def _dataset(self, name: str, table: TypedTable) -> Dataset:
        time, time_notes = find_time(table.frame, self.time, self.time_format)
        line = make_timeline(table.frame, time, self.item)
        steps = np.bincount(line.items)
        longest = line.times_of(int(steps.argmax()))
        season = self.season or season_of(longest)
        windows = self._windows(season, int(steps.max()))
        items = split_items(line, windows)
        chosen = choose_variables(line, self.target, items.train_rows, windows.horizon)
        chosen = chosen.read_as(table.formats, self.characters)
        rows = chosen.window.values(line.frame, line.times)
        values = items.on_grid(rows)
        count = len(chosen.targets)
        train = [values[each.begin : each.end] for each in items.splits["train"]]
        mean, std = _mean_and_scale(train, count, windows.horizon)
        units = standardize(values, mean, std)
        filled = np.concatenate(
            [fill_forward(units[each.begin : each.end]) for each in items.items]
        )
        splits, window_notes = split_windows(windows, filled, units[:, :count], items.splits)
        trained = standardize(np.concatenate(train), mean, std)
        target = Quantities(chosen.targets, mean[:count], std[:count], windows.horizon)
        return Dataset(
            name=name,
            task="forecasting",
            train=splits["train"],
            validation=splits["validation"],
            test=splits["test"],
            encoding=SeriesEncoding(
                length=windows.history,
                mean=mean,
                std=std,
                spread=self._spread(trained, splits["train"]),
                targets=count,
                from_last=self.level == "window",
                by_window=self.level == "revin",
                season=season,
                content=chosen.window,
            ),
            target=target,
            notes=(
                *table.notes,
                *time_notes,
                *line.notes,
                *items.notes,
                *chosen.notes,
                *_filled_notes(rows, chosen.window.numbers),
                *window_notes,
            ),
            fingerprint=hash_table(table.frame),
        )

    def _spread(self, trained: Floats, train: Split) -> tuple[float, ...]:
        """The standard deviation of each variable in these units, as the first layer sees it."""
        _, spread = mean_and_std(trained)
        if self.level != "window":
            return spread
        count = train.targets.shape[2]
        past = train.inputs[:, :, :count] - train.inputs[:, -1:, :count]
        return (*mean_and_std(past)[1], *spread[count:])

    def _windows(self, season: int, steps: int) -> Windows:
        """The lengths that are set; defaults shrink where a series has only so many steps."""
        held_out = int(HELD_OUT_SHARE * steps)
        train = steps - 2 * held_out
        horizon = min(max(season, 4), 26)
        horizon = self.horizon or (horizon if horizon <= held_out else max(1, held_out // 2))
        history = min(max(3 * season, 12), 104)
        history = history if history + horizon <= train else max(1, train // 2 - horizon)
        return Windows(self.history or history, horizon)


class SeriesFile(ForecastSource):
    """A table with a row for each step of time: CSV, TSV, Parquet, Excel or JSON lines."""

    encoding: str | None = None
    """Character encoding of a text file: cp1252, utf-16, shift_jis. By default what the file shows.
    """

    @property
    def characters(self) -> str | None:
        """The option ``encoding``."""
        return self.encoding

    def read(self, name: str, announce: Announce) -> TypedTable:
        """Read the file ``name``."""
        return open_table(local_path(name), encoding=self.encoding)


def _mean_and_scale(
    train: Sequence[Doubles], targets: int, horizon: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The mean of each variable, and the unit that its values are given in.

    For a target that is the standard deviation of its change within the horizon: one for a data
    set, whatever the window of a model, so that losses compare. For other variables, and where a
    target never changes, it is the standard deviation of the values.

    Args:
        train: float64 (steps, variables) of each item, targets first; NaN where one is missing.
        targets: Number of targets.
        horizon: Steps ahead that are forecast.
    """
    mean, std = mean_and_std(np.concatenate(train))
    changes = [
        each[ahead:, :targets] - each[:-ahead, :targets]
        for each in train
        for ahead in range(1, min(horizon, len(each) - 1) + 1)
    ]
    scales = map(_deviation, np.concatenate(changes).T)
    return mean, (*(scale or own for scale, own in zip(scales, std, strict=False)), *std[targets:])


def _deviation(values: Doubles) -> float:
    known = values[~np.isnan(values)]
    largest = float(np.abs(known).max(initial=0.0))
    return float((known / largest).std()) * largest if largest else 0.0


def _filled_notes(values: Doubles, numbers: tuple[str, ...]) -> tuple[str, ...]:
    counts = np.isnan(values).sum(axis=0)
    found = [f"{name!r} {count:,}" for name, count in zip(numbers, counts, strict=False) if count]
    if not found:
        return ()
    return (
        "missing values of the inputs were filled with the last one before them (at the start, "
        f"with the mean): {', '.join(found)}",
    )


def seasonal_naive(split: Split, season: int) -> Floats:
    """The value a whole number of seasons ago; the last value where the window is too short.

    Source: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice" (2021), 5.2.

    Args:
        split: Windows, whose first variables are forecast.
        season: Steps after which a series repeats itself.

    Returns:
        float32 (N, steps, targets).
    """
    steps, targets = split.targets.shape[1:]
    repeats = season if season <= split.inputs.shape[1] else 1
    ahead = np.arange(1, steps + 1)
    ago = repeats * -(-ahead // repeats) - ahead
    forecast: Floats = split.inputs[:, -1 - ago, :targets]
    return forecast


def hash_table(frame: pd.DataFrame) -> str:
    """SHA-256 (hexadecimal) of the names of a table's columns and of all its values."""
    return hash_content(list(frame), *(_as_bytes(frame[column]) for column in frame))


def _as_bytes(column: pd.Series[Any]) -> npt.NDArray[Any]:
    if holds_numbers(column):
        numbers: npt.NDArray[Any] = column.to_numpy(np.float64, na_value=np.nan)
        return numbers
    missing = column.isna()
    texts = [None if gone else str(each) for each, gone in zip(column, missing, strict=True)]
    return np.frombuffer(json.dumps(texts).encode(), np.uint8)
