"""From the columns of a table to the variables of a series, in training and in prediction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from automl.core.errors import DataError
from automl.core.text import number
from automl.data.cells.numbers import PLAIN_FORMAT, NumberFormat
from automl.data.cells.steps import Step
from automl.data.dataset import Indices, standardize
from automl.data.encoding import Reading
from automl.data.series.arrays import Doubles, Floats, as_numbers, holds_numbers
from automl.data.series.timeline import Timeline, make_timeline
from automl.data.series.times import Cycle, TimeColumns, cycles_of, places_in
from automl.data.tables.reader import is_table, open_table
from automl.data.tables.roles import check_column, spoiled_number
from automl.data.tables.type_inference import KnownColumns

if TYPE_CHECKING:
    import pandas as pd

TARGETS = ("target", "y")
"""Names of a column that is forecast unless the user names another."""

MOST_CATEGORIES = 20
"""Most different texts of a column whose values become variables."""


class LatestWindow(BaseModel):
    """How rows become variables, and how the latest steps of a table are read to forecast."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["windows"] = "windows"

    time: TimeColumns
    """Columns that say when a row was."""

    items: tuple[str, ...] = ()
    """Columns that say which of many series a row is of; empty if there is one series."""

    step: Step
    """Distance from one time to the next."""

    horizon: Annotated[int, Field(ge=1)]
    """Steps ahead that are forecast."""

    numbers: tuple[str, ...]
    """Columns of numbers, each a variable: the targets, then the others."""

    formats: Mapping[str, NumberFormat] = {}
    """Column -> how its numbers are written, where a file has them as texts."""

    characters: str | None = None
    """Character encoding of text files, if the user named one; None if each file shows its own."""

    categories: Mapping[str, tuple[str, ...]]
    """Column -> its values, each a variable that is 1 where the column has the value and else 0."""

    cycles: tuple[Cycle, ...]
    """Cycles of the calendar, each two variables: the place of a time in it as sine and cosine."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables, in order."""
        return (
            *self.numbers,
            *(f"{column} {name}" for column, names in self.categories.items() for name in names),
            *(f"{cycle} {wave}" for cycle in self.cycles for wave in ("sine", "cosine")),
        )

    @property
    def known(self) -> KnownColumns:
        """How the columns of a file are read: as the search read them."""
        numbers = {name: self.formats.get(name, PLAIN_FORMAT) for name in self.numbers}
        texts = {name: frozenset(names) for name, names in self.categories.items()}
        as_texts = dict.fromkeys((*self.items, *self.time.names), frozenset[str]())
        times = {} if self.time.forms else dict.fromkeys(self.time.names, PLAIN_FORMAT)
        return {**numbers, **as_texts, **times, **texts}

    def values(self, frame: pd.DataFrame, times: pd.Series[Any]) -> Doubles:
        """The variables of each row, float64 (rows, variables); NaN where a number is missing.

        Raises:
            DataError: A column is missing, a value is not a number, or times are not dates.
        """
        absent = [each for each in (*self.numbers, *self.categories) if each not in frame.columns]
        if absent:
            raise DataError(f"there is no column {absent[0]!r}, which the model was trained with")
        if self.cycles and times.dtype.kind != "M":
            where = ", ".join(map(repr, self.time.names)) or "the row number"
            raise DataError(f"{where} must hold dates, as it did in training, not plain numbers")
        columns: list[Any] = [as_numbers(frame[column]) for column in self.numbers]
        for column, names in self.categories.items():
            text = frame[column].astype(object).astype(str)
            columns.extend((text == name).to_numpy() for name in names)
        for cycle in self.cycles:
            columns.extend(places_in(cycle, times).T)
        return np.stack(columns, axis=1).astype(np.float64)

    def reads(self, path: Path) -> bool:
        """Whether the file is a table."""
        return is_table(path)

    def read(
        self, path: Path, length: int, mean: Sequence[float], std: Sequence[float]
    ) -> Iterator[Reading]:
        """An example for each item: its last ``length`` steps, with the times that come next.

        Args:
            path: A table with a row for each step.
            length: Steps of an example.
            mean: Mean of each variable.
            std: Standard deviation of each variable.

        Raises:
            DataError: The file cannot be read, or its only series is too short.
        """
        table = open_table(path, self.known, self.characters)
        note = "; ".join(table.notes)
        try:
            line = make_timeline(table.frame, self.time, self.items, self.step)
            values = self.values(line.frame, line.times)
        except DataError as error:
            raise DataError(f"{path}: {error}") from None
        for item, name in enumerate(line.names):
            called = f"{path} {name}" if self.items else str(path)
            try:
                window = self._latest(line, item, values, length, mean, std)
                times = line.ahead(item, self.horizon) if self.time.names else ()
                yield Reading(called, window, note=note, item=name, times=times)
            except DataError as error:
                if not self.items:
                    raise DataError(f"{path}: {error}") from None
                yield Reading(called, error=str(error), note=note, item=name)
            note = ""

    def _latest(
        self,
        line: Timeline,
        item: int,
        values: Doubles,
        length: int,
        mean: Sequence[float],
        std: Sequence[float],
    ) -> Floats:
        """The last steps of an item, (length, variables); in gaps the row before them counts.

        The steps before them are not laid out: years may lie between two rows of a second each.
        """
        rows = line.rows_of(item)
        places = line.positions[rows]
        if places[-1] + 1 < length:
            many = rows.stop - rows.start
            raise DataError(f"{many} rows, but a forecast needs the last {length}")
        units = fill_forward(standardize(values[rows], mean, std))
        latest = np.arange(places[-1] + 1 - length, places[-1] + 1)
        return units[np.searchsorted(places, latest, side="right") - 1]


def fill_forward(units: Floats) -> Floats:
    """Replace each missing value by the last one before it, or by the mean if there is none.

    Args:
        units: float32 (steps, variables) in standard units, where 0 is the mean.

    Returns:
        float32 (steps, variables), nothing missing; no value comes from a later step.
    """
    import pandas as pd

    return np.ascontiguousarray(pd.DataFrame(units).ffill().fillna(0.0), np.float32)


@dataclass(frozen=True)
class ChosenVariables:
    """The variables that a table is read as.

    Args:
        window: How rows become variables; the targets come first.
        targets: Columns that are forecast.
        notes: Sentences for the user.
    """

    window: LatestWindow
    targets: tuple[str, ...]
    notes: tuple[str, ...]

    def read_as(
        self, formats: Mapping[str, NumberFormat], characters: str | None
    ) -> ChosenVariables:
        """The same for a file whose numbers and characters are written in this way."""
        own = {name: formats[name] for name in self.window.numbers if name in formats}
        changes = {"formats": own, "characters": characters}
        return replace(self, window=self.window.model_copy(update=changes))


def choose_variables(
    line: Timeline, target: str | None, train: Indices, horizon: int
) -> ChosenVariables:
    """Choose the variables by the rows of the train split.

    Each column of numbers is a variable, and so is each value of a column with few different texts.
    A column that is constant, that only counts the rows, or that has many different texts is left
    out.

    Args:
        line: Rows of the table in their order.
        target: Columns to forecast, with commas between them; None takes one named target or y,
            else the last column of numbers.
        train: int64 (N,) positions of the train split's rows.
        horizon: Steps ahead that are forecast.

    Raises:
        DataError: There is nothing to forecast, or a target is constant or not a number.
    """
    known = line.frame.iloc[train].drop(columns=list(line.time.names))
    own = known[list(line.item_columns)].astype(object).astype(str)
    known = known.drop(columns=list(line.item_columns))
    named = _named_targets(known, target)
    for column in named:
        _check_target(known, column)
    numbers = tuple(column for column in known if column in named or _is_variable(known[column]))
    if not numbers:
        raise DataError("there is no column of numbers that change, so nothing to forecast")
    targets = named or numbers[-1:]
    categories = {**_categories(own), **_categories(known.drop(columns=list(numbers)))}
    left_out = known.drop(columns=[*numbers, *(each for each in categories if each in known)])
    window = LatestWindow(
        time=line.time,
        items=line.item_columns,
        step=line.step,
        horizon=horizon,
        numbers=(*targets, *(column for column in numbers if column not in targets)),
        categories=categories,
        cycles=cycles_of(line.times.iloc[train].drop_duplicates().sort_values()),
    )
    guessed = target is None and len(numbers) > 1
    return ChosenVariables(
        window, targets, (*_target_notes(targets, guessed), *_left_out_notes(left_out))
    )


def _named_targets(known: pd.DataFrame, target: str | None) -> tuple[str, ...]:
    if target is None:
        return tuple(column for column in known if str(column).lower() in TARGETS)[:1]
    columns = list(known)
    names = [target] if target in columns else [name.strip() for name in target.split(",")]
    return tuple(check_column(columns, name, "--target") for name in dict.fromkeys(names))


def _check_target(known: pd.DataFrame, target: str) -> None:
    check_column(list(known), target, "--target")
    values = as_numbers(known[target])
    different = np.unique(values[~np.isnan(values)])
    if len(different) < 2:
        what = f"is always {number(float(different[0]))}" if len(different) else "is always missing"
        raise DataError(
            f"target {target!r} {what} in the train split, the first {len(known):,} rows: there "
            "is nothing to learn; choose another --target"
        )


def _is_variable(column: pd.Series[Any]) -> bool:
    return holds_numbers(column) and column.nunique() > 1 and not _counts_rows(column)


def _counts_rows(column: pd.Series[Any]) -> bool:
    return holds_numbers(column) and bool((np.diff(as_numbers(column)) == 1).all())


def _categories(known: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    texts = {column: known[column].dropna() for column in known if not holds_numbers(known[column])}
    names = {column: tuple(sorted(set(text.astype(str)))) for column, text in texts.items()}
    return {column: found for column, found in names.items() if 2 <= len(found) <= MOST_CATEGORIES}


def _target_notes(targets: tuple[str, ...], guessed: bool) -> tuple[str, ...]:
    if len(targets) > 1:
        return (
            "mae and rmse are means over the columns that are forecast, each in its own standard "
            "deviations; the figures of each column follow",
        )
    if not guessed:
        return ()
    return (
        f"forecasts {targets[0]!r}; --target names another column, or several with commas between "
        "them",
    )


def _left_out_notes(columns: pd.DataFrame) -> tuple[str, ...]:
    reasons = [f"{column!r} ({_why_left_out(columns[column])})" for column in columns]
    return (f"left out {', '.join(reasons)}",) if reasons else ()


def _why_left_out(column: pd.Series[Any]) -> str:
    if column.nunique() < 2:
        return "constant"
    if _counts_rows(column):
        return "counts the rows"
    many = f"{column.nunique():,} different texts, more than {MOST_CATEGORIES}"
    return spoiled_number(column) or many
