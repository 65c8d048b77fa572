"""The windows of every split of a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.data.dataset import Indices, Split
from automl.data.series.numbers import Floats
from automl.data.series.windows import Windows

# Bytes of the train windows; they overlap, so all of a long series would not fit into memory.
LARGEST_TRAIN = 200_000_000
# Windows of another split: the same ones whatever the history, so that trials compare.
MOST_HELD_OUT = 20_000


def cut_windows(
    windows: Windows, inputs: Floats, targets: Floats, parts: Mapping[str, Indices]
) -> tuple[dict[str, Split], tuple[str, ...]]:
    """Every window of each split, or every n-th where they are too many.

    Args:
        windows: How long they are.
        inputs: (steps, variables), nothing missing.
        targets: (steps, targets); a window is left out if one is missing in its horizon.
        parts: The steps of each split.

    Returns:
        The splits, and what the user should be told.

    Raises:
        DataError: A split has no window.
    """
    all_starts = {name: windows.starts(steps) for name, steps in parts.items()}
    missing: npt.NDArray[Any] = np.logical_or.reduce(np.isnan(targets), axis=1)
    starts = {name: windows.complete(found, missing) for name, found in all_starts.items()}
    _check_any(starts, windows.horizon)
    most = dict.fromkeys(parts, MOST_HELD_OUT)
    most["train"] = max(1, LARGEST_TRAIN // (inputs[: windows.history].nbytes))
    kept = {name: thin_out(found, most[name]) for name, found in starts.items()}
    splits = {name: windows.cut(inputs, targets, found) for name, found in kept.items()}
    return splits, (*_incomplete(all_starts, starts), *_thinned(starts, kept))


def thin_out(starts: Indices, most: int) -> Indices:
    """Every n-th of them, so that there are at most ``most``."""
    return starts[:: -(-len(starts) // most)]


def _check_any(starts: Mapping[str, Indices], horizon: int) -> None:
    for name, found in starts.items():
        if not len(found):
            raise DataError(
                f"in {name}, a target is missing in every stretch of {horizon} steps; fill the "
                "gaps, choose another --target, or set a smaller `horizon` under `data` of the "
                "space"
            )


def _incomplete(before: Mapping[str, Indices], after: Mapping[str, Indices]) -> tuple[str, ...]:
    total, kept = (sum(map(len, starts.values())) for starts in (before, after))
    if total == kept:
        return ()
    return (f"left out {total - kept:,} of {total:,} windows: a target is missing in the horizon",)


def _thinned(before: Mapping[str, Indices], after: Mapping[str, Indices]) -> tuple[str, ...]:
    return tuple(
        f"took {len(after[name]):,} of {len(before[name]):,} {name} windows, evenly spaced, to "
        "save memory"
        for name in before
        if len(after[name]) < len(before[name])
    )
