"""Windows of a long series, what was known and what came after, and how they are split by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.core.text import count, first_few
from automl.data.dataset import Clusters, Indices, Split
from automl.data.series.arrays import Doubles, Floats
from automl.data.series.timeline import Timeline
from automl.data.splits import FIXED_SEED, split_rows

LARGEST_TRAIN = 200_000_000
"""Bytes of the train windows: they overlap, so all of a long series would not fit into memory."""

MOST_HELD_OUT = 20_000
"""Windows of another split: the same ones whatever the history, so that trials compare."""


@dataclass(frozen=True)
class StepRange:
    """Successive steps of one item.

    Args:
        begin: First step.
        end: Step after the last.
        item_begin: First step of the item; earlier ones belong to another item.
    """

    begin: int
    end: int
    item_begin: int = 0

    def __len__(self) -> int:
        return self.end - self.begin


@dataclass(frozen=True)
class Windows:
    """The lengths of windows. A window is known by the step that its horizon starts at.

    Args:
        history: Steps that a model sees.
        horizon: Steps after the history that a model forecasts.
    """

    history: int
    horizon: int

    def have_room(self, splits: Mapping[str, StepRange]) -> bool:
        """Whether a window fits into every split."""
        return all(len(each) >= self._needed(name) for name, each in splits.items())

    def check_room(self, splits: Mapping[str, StepRange]) -> None:
        """Make sure that a window fits into every split.

        Raises:
            DataError: A split is too short.
        """
        for name, steps in splits.items():
            if len(steps) < self._needed(name):
                sizes = ", ".join(f"{len(each):,} {split}" for split, each in splits.items())
                raise DataError(
                    f"the series is too short: of its steps ({sizes}), {name} needs at least "
                    f"{self._needed(name):,} for history {self.history} and horizon "
                    f"{self.horizon}; set a smaller `history` or `horizon` under `data` of the "
                    "space, or bring more steps"
                )

    def _needed(self, split: str) -> int:
        return self.horizon + (self.history if split == "train" else 0)

    def starts(self, steps: StepRange) -> Indices:
        """The windows whose horizon lies wholly within these steps, one at each step.

        The history may reach back before them, for it is known by then, but not into another item.
        """
        first = max(steps.begin, steps.item_begin + self.history)
        return np.arange(first, steps.end + 1 - self.horizon)

    def usable(self, starts: Indices, missing: npt.NDArray[Any]) -> Indices:
        """The windows that something can be learned from, whatever the history.

        Some target is known in the horizon, and some target in as many steps before it.

        Args:
            starts: (N,) windows.
            missing: bool (steps,), true where no target is known.
        """
        known = np.concatenate([[0], np.cumsum(~missing)])
        before = np.maximum(starts - self.horizon, 0)
        ahead = known[starts + self.horizon] - known[starts]
        kept: Indices = starts[(ahead > 0) & (known[starts] > known[before])]
        return kept

    def take(self, inputs: Floats, targets: Floats, starts: Indices) -> Split:
        """The windows at ``starts``, copied.

        Args:
            inputs: float32 (steps, variables).
            targets: float32 (steps, targets).
            starts: int64 (N,) windows.

        Returns:
            (N, history, variables) inputs and (N, horizon, targets) targets.
        """
        before = starts[:, None] + np.arange(-self.history, 0)
        after = starts[:, None] + np.arange(self.horizon)
        return Split(inputs[before], targets[after], self.blocks(starts))

    def blocks(self, starts: Indices) -> Clusters:
        """Blocks of neighbouring windows, at least two horizons long: they share nearly all steps.

        Source: Künsch, "The Jackknife and the Bootstrap for General Stationary Observations"
        (1989); of blocks that do not overlap, Carlstein (1986).
        """
        steps = 2 * self.horizon
        along = starts - starts[:1]
        last = max(int(along.max(initial=0) + 1) // steps - 1, 0)
        return Clusters(np.minimum(along // steps, last), f"blocks of {steps} steps")


def starts_of(windows: Windows, ranges: Sequence[StepRange]) -> Indices:
    """The windows of several ranges of steps."""
    return np.concatenate([windows.starts(each) for each in ranges])


@dataclass(frozen=True, eq=False)
class SplitItems:
    """The steps of all items in a row, and which split each is in.

    Args:
        line: The rows of the table in their order.
        kept: Numbers of the items that are long enough.
        items: Steps of each of these items.
        splits: Split name -> the steps of each item that are in it.
        train_rows: (N,) positions of the table's rows that are for training.
        notes: Sentences for the user.
    """

    line: Timeline
    kept: Sequence[int]
    items: Sequence[StepRange]
    splits: Mapping[str, Sequence[StepRange]]
    train_rows: Indices
    notes: tuple[str, ...]

    def on_grid(self, values: Doubles) -> Doubles:
        """(rows, variables) -> (steps, variables), NaN in gaps."""
        return np.concatenate([self.line.on_grid(item, values) for item in self.kept])


def split_items(line: Timeline, windows: Windows) -> SplitItems:
    """Split each item by time; those too short for a window in each split are left out.

    Raises:
        DataError: All items are too short.
    """
    kept, items, train_rows, begin = [], [], [], 0
    splits: dict[str, list[StepRange]] = {"train": [], "validation": [], "test": []}
    longest: dict[str, StepRange] | DataError | None = None
    for item in range(len(line.names)):
        try:
            own = _split_item(line, item, begin)
        except DataError as error:
            longest = longest or error
            continue
        if not windows.have_room(own):
            if not isinstance(longest, dict) or len(own["train"]) > len(longest["train"]):
                longest = own
            continue
        for name, steps in own.items():
            splits[name].append(steps)
        rows = line.rows_of(item)
        known = line.positions[rows] < own["train"].end - begin
        train_rows.append(np.arange(rows.start, rows.stop)[known])
        kept.append(item)
        items.append(StepRange(begin, own["test"].end, begin))
        begin = own["test"].end
    if not kept:
        _raise_too_short(windows, longest)
    notes = _left_out(line, kept)
    return SplitItems(line, kept, items, splits, np.concatenate(train_rows), notes)


def _split_item(line: Timeline, item: int, begin: int) -> dict[str, StepRange]:
    """The steps of each split of one item; rows are counted, and gaps have none."""
    places = line.positions[line.rows_of(item)]
    found = split_rows(len(places), FIXED_SEED, times=np.arange(len(places)))
    return {
        name: StepRange(begin + int(places[rows[0]]), begin + int(places[rows[-1]]) + 1, begin)
        for name, rows in found.items()
    }


def _raise_too_short(windows: Windows, longest: dict[str, StepRange] | DataError | None) -> None:
    if isinstance(longest, dict):
        windows.check_room(longest)
    raise longest if isinstance(longest, DataError) else DataError("there are no rows")


def _left_out(line: Timeline, kept: Sequence[int]) -> tuple[str, ...]:
    lost = [name for item, name in enumerate(line.names) if item not in set(kept)]
    if not lost:
        return ()
    return (
        f"left out {count(len(lost), 'item')} of {len(line.names):,} that have too few rows for a "
        f"window in each split: {first_few(lost)}",
    )


def split_windows(
    windows: Windows,
    inputs: Floats,
    targets: Floats,
    steps: Mapping[str, Sequence[StepRange]],
    largest_train: int = LARGEST_TRAIN,
    most_held_out: int = MOST_HELD_OUT,
) -> tuple[dict[str, Split], tuple[str, ...]]:
    """Every window of each split, or every n-th where there are too many.

    Args:
        windows: Lengths of a window.
        inputs: float32 (steps, variables), nothing missing.
        targets: float32 (steps, targets), NaN where a value is missing.
        steps: Split name -> the steps of each item that are in it.
        largest_train: Most bytes of the train windows' inputs.
        most_held_out: Most windows of any other split.

    Returns:
        The splits, and sentences for the user.

    Raises:
        DataError: A split has no window.
    """
    all_starts = {name: starts_of(windows, ranges) for name, ranges in steps.items()}
    missing: npt.NDArray[Any] = np.logical_and.reduce(np.isnan(targets), axis=1)
    starts = {name: windows.usable(found, missing) for name, found in all_starts.items()}
    _check_any(starts, windows.horizon)
    most = dict.fromkeys(steps, most_held_out)
    most["train"] = max(1, largest_train // (inputs[: windows.history].nbytes))
    kept = {name: thin_out(found, most[name]) for name, found in starts.items()}
    splits = {name: windows.take(inputs, targets, found) for name, found in kept.items()}
    return splits, (*_unusable(all_starts, starts), *_thinned(starts, kept))


def thin_out(starts: Indices, most: int) -> Indices:
    """Every n-th window, so that there are at most ``most``."""
    return starts[:: -(-len(starts) // most)]


def _check_any(starts: Mapping[str, Indices], horizon: int) -> None:
    for name, found in starts.items():
        if not len(found):
            raise DataError(
                f"in {name}, a target is missing in every stretch of {horizon} steps; fill the "
                "gaps, choose another --target, or set a smaller `horizon` under `data` of the "
                "space"
            )


def _unusable(before: Mapping[str, Indices], after: Mapping[str, Indices]) -> tuple[str, ...]:
    total, kept = (sum(map(len, starts.values())) for starts in (before, after))
    if total == kept:
        return ()
    return (
        f"left out {total - kept:,} of {total:,} windows: no target is known in the horizon, or "
        "right before it",
    )


def _thinned(before: Mapping[str, Indices], after: Mapping[str, Indices]) -> tuple[str, ...]:
    return tuple(
        f"took {len(after[name]):,} of {len(before[name]):,} {name} windows, evenly spaced, to "
        "save memory"
        for name in before
        if len(after[name]) < len(before[name])
    )
