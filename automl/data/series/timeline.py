"""A table in the order of its items and their time, on the grid of its regular step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.core.text import count
from automl.data.cells.steps import Step, find_step, unfold_clock, write_times
from automl.data.dataset import Indices
from automl.data.series.arrays import Doubles
from automl.data.series.items import FLAG, NO_ITEM, find_items, given_items, number_items
from automl.data.series.times import TimeColumns

if TYPE_CHECKING:
    import pandas as pd

GAP = 1.5
"""Times the usual step above which the distance between two times is a gap."""

MOST_STEPS_A_ROW, MOST_STEPS_OF_FEW_ROWS = 1_000, 1_000_000
"""Steps that rows may reach over: so many times their number, or so many if that is more."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Rows in the order of their items and times.

    Args:
        frame: The rows.
        time: Columns that say when a row was.
        item_columns: Columns that tell series apart; empty if there is one series.
        times: (rows,) time of each row: datetime64[us], or float64.
        items: int64 (rows,) number of each row's item.
        names: Names of the items.
        step: Distance from one time to the next.
        positions: int64 (rows,) steps since the first row of the same item.
        notes: Sentences for the user.
    """

    frame: pd.DataFrame
    time: TimeColumns
    item_columns: tuple[str, ...]
    times: pd.Series[Any]
    items: Indices
    names: tuple[str, ...]
    step: Step
    positions: Indices
    notes: tuple[str, ...]

    def rows_of(self, item: int) -> slice:
        """The rows of an item."""
        begin, end = np.searchsorted(self.items, [item, item + 1]).tolist()
        return slice(begin, end)

    def on_grid(self, item: int, values: Doubles) -> Doubles:
        """(rows, variables) of all rows -> (steps, variables) of one item; NaN in its gaps.

        Raises:
            DataError: Gaps are nearly all of it, as where one row has a wrong year.
        """
        rows = self.rows_of(item)
        places = self.positions[rows]
        steps = int(places[-1]) + 1
        if steps > MOST_STEPS_A_ROW * len(places) and steps > MOST_STEPS_OF_FEW_ROWS:
            at = int(np.diff(places).argmax())
            before, after = self.times_of(item)[at : at + 2]
            raise DataError(
                f"{len(places):,} rows reach over {steps:,} steps of {self.step}, the longest gap "
                f"is from {before} to {after}; correct these times or leave their rows out"
            )
        grid = np.full((steps, values.shape[1]), np.nan)
        grid[places] = values[rows]
        return grid

    def times_of(self, item: int) -> pd.Series[Any]:
        """The times of an item's rows."""
        return self.times.iloc[self.rows_of(item)].reset_index(drop=True)

    def ahead(self, item: int, steps: int) -> tuple[str, ...]:
        """The next times of an item, as texts.

        Raises:
            DataError: One of them is after the year 9999.
        """
        last = self.times.iloc[self.rows_of(item).stop - 1]
        last = last.to_pydatetime() if self.times.dtype.kind == "M" else float(last)
        zone = "+00:00" if self.time.is_utc else ""
        try:
            coming = [self.step.after(last, step) for step in range(1, steps + 1)]
        except (OverflowError, ValueError):
            late = f"{steps:,} steps of {self.step} after {last} is later than the year 9999"
            raise DataError(f"{late}, the last that a date can have") from None
        return write_times(coming, zone)


def make_timeline(
    frame: pd.DataFrame,
    time: TimeColumns,
    item: str | tuple[str, ...] | None = None,
    step: Step | None = None,
) -> Timeline:
    """Sort a table by item and time, and find the regular step of its times.

    Args:
        frame: A table with a row for each step of each item.
        time: Columns that say when a row was.
        item: Columns of the item, as another table had them; or what a user named; None finds them.
        step: Regular step, as another table had it; None finds it.

    Raises:
        DataError: Times cannot be read, or one occurs twice in an item.
    """
    import pandas as pd

    kept, notes = _without_repeats(frame, time)
    times = time.read(kept) if time.names else pd.Series(np.arange(len(kept), dtype=np.float64))
    elapsed = _elapsed(times)
    columns, item_notes = _item_columns(kept, time, times, item, elapsed is None)
    items, names = number_items(kept, columns)
    if columns or elapsed is None:
        elapsed = _elapsed_by_item(times, items)
    order = np.lexsort((elapsed, items))
    notes += item_notes + _sorting_notes(items, order, time)
    placed = pd.Series(elapsed[order])
    _check_unique(placed, items[order], time.names)
    series = [_moments(placed[items[order] == at]) for at in range(len(names))]
    step = step or find_step(series)
    try:
        positions = np.concatenate([step.positions(each) for each in series]).astype(np.int64)
    except OverflowError:
        raise DataError(f"the times are too far apart to count steps of {step}") from None
    return Timeline(
        frame=kept.iloc[order],
        time=time,
        item_columns=columns,
        times=times.iloc[order],
        items=items[order],
        names=names,
        step=step,
        positions=positions,
        notes=notes + _gap_notes(positions, items[order], placed, step, time),
    )


def _without_repeats(
    frame: pd.DataFrame, time: TimeColumns
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table without rows that are equal to one before them."""
    if not time.names:
        return frame, ("no column says when: the rows are taken in the order of the file",)
    again = frame.duplicated().to_numpy()
    if not again.any():
        return frame, ()
    row = int(again.argmax()) + 1
    kept = frame[~again]
    return kept, (
        f"{count(int(again.sum()), 'row')} of {len(frame):,} equal another one in all columns, the "
        f"first is row {row:,}; equal rows count once",
    )


def _elapsed(times: pd.Series[Any]) -> npt.NDArray[Any] | None:
    """The times of one series, with the hour that occurs twice when a clock is set back told apart.

    Returns:
        (rows,) times; None if times repeat for another reason.
    """
    values: npt.NDArray[Any] = times.to_numpy()
    if not times.duplicated().any():
        return values
    if times.dtype.kind != "M":
        return None
    moments = [each.to_pydatetime() for each in times]
    backwards = moments[0] > moments[-1]
    found = unfold_clock(moments[::-1] if backwards else moments)
    if found is None:
        return None
    return np.array(found[::-1] if backwards else found, dtype=values.dtype)


def _elapsed_by_item(times: pd.Series[Any], items: Indices) -> npt.NDArray[Any]:
    """The same for each item; where its times repeat for another reason they stay as they are."""
    elapsed: npt.NDArray[Any] = times.to_numpy().copy()
    for item in np.unique(
        items[times.groupby(items).transform(lambda own: own.duplicated().any())]
    ):
        own = items == item
        found = _elapsed(times[own])
        elapsed[own] = elapsed[own] if found is None else found
    return elapsed


def _item_columns(
    frame: pd.DataFrame,
    time: TimeColumns,
    times: pd.Series[Any],
    item: str | tuple[str, ...] | None,
    repeats: bool,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that tell series apart, and a sentence for the user if they were found."""
    if isinstance(item, tuple):
        absent = [name for name in item if name not in frame.columns]
        if absent:
            raise DataError(f"there is no column {absent[0]!r}, which names the series of a row")
        return item, ()
    others = [str(name) for name in frame.columns if name not in time.names]
    if item is not None:
        return (given_items(others, item), ()) if item != NO_ITEM or NO_ITEM in others else ((), ())
    if not time.names:
        return (), ()
    found = find_items(frame[others], times, repeats)
    if not found:
        return (), ()
    many = len(number_items(frame, found)[1])
    tell = "tells" if len(found) == 1 else "tell"
    return found, (
        f"{' and '.join(map(repr, found))} {tell} {many:,} series apart, each of which is split by "
        f"time; {FLAG} names another column, {FLAG} {NO_ITEM} says that there is one series",
    )


def _sorting_notes(items: Indices, order: Indices, time: TimeColumns) -> tuple[str, ...]:
    stable = np.argsort(items, kind="stable")
    if not time.names or (order == stable).all():
        return ()
    return ("the rows were not in the order of their time, and were sorted",)


def _check_unique(times: pd.Series[Any], items: Indices, columns: tuple[str, ...]) -> None:
    twice = np.zeros(len(times), bool)
    twice[1:] = (times.to_numpy()[1:] == times.to_numpy()[:-1]) & (items[1:] == items[:-1])
    if twice.any():
        where = f"column {columns[0]!r}" if len(columns) == 1 else f"columns {', '.join(columns)}"
        raise DataError(
            f"{where}: {int(twice.sum()):,} of {len(times):,} rows have the time of another, as "
            f"{times.iloc[int(twice.argmax())]}; where a table holds several series, {FLAG} names "
            "the column that tells them apart, and --time another column of times"
        )


def _gap_notes(
    positions: Indices, items: Indices, times: pd.Series[Any], step: Step, time: TimeColumns
) -> tuple[str, ...]:
    """A sentence on missing steps, or on times without a regular step."""
    if not time.names or len(times) < 2:
        return ()
    within = items[1:] == items[:-1]
    if step.unit == "rows":
        jumps = _jumps(times, within, step)
        if not jumps.any():
            return ()
        first = times.iloc[int(jumps.argmax())]
        return (
            f"the times have no regular step: after {int(jumps.sum()):,} of {len(times):,} rows "
            f"the next is later than usual, first after {first}; windows count rows",
        )
    missing = np.where(within, np.diff(positions) - 1, 0)
    if not missing.any():
        return ()
    first = times.iloc[int((missing > 0).argmax())]
    return (
        f"{int(missing.sum()):,} of {int(missing.sum()) + len(times):,} steps of {step} have no "
        f"row, first after {first}; they are filled for the model, and count in no loss and no "
        "metric",
    )


def _jumps(times: pd.Series[Any], within: npt.NDArray[np.bool_], step: Step) -> npt.NDArray[Any]:
    between = np.diff(times.to_numpy())
    sizes = between / np.timedelta64(1, "s") if between.dtype.kind == "m" else between
    found: npt.NDArray[Any] = (sizes > step.size * GAP) & within
    return found


def _moments(times: pd.Series[Any]) -> list[Any]:
    if times.dtype.kind == "M":
        return list(times.to_numpy().astype("datetime64[us]").astype(object))
    return list(map(float, times))
