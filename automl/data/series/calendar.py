"""What the calendar says of a series: its season, and where in a day, week and year it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Cycle = Literal["day", "week", "year"]

DAYS: dict[Cycle, float] = {"day": 1.0, "week": 7.0, "year": 365.25}


def days_of(times: pd.Series[Any]) -> npt.NDArray[np.float64] | None:
    """Days (N,) since 1970 and parts of them; None if the times are plain numbers."""
    import pandas as pd

    if times.dtype.kind != "M":
        return None
    days: npt.NDArray[np.float64] = ((times - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy()
    return days


def season_of(times: pd.Series[Any]) -> int:
    """Steps after which a series like this usually repeats itself; 1 if no calendar says.

    A day for what comes several times a day, a week for what comes daily (5 steps if only on
    working days), a year for weeks, months and quarters.
    """
    days = days_of(times)
    if days is None or len(days) < 2:
        return 1
    step = float(np.median(np.diff(days)))
    if step <= 0.5:
        return round(1 / step)
    if 0.9 <= step <= 1.1:
        return int(times.dt.day_of_week.nunique())
    cycles = {52: (6.5, 7.5), 12: (28, 31), 4: (89, 92)}
    return next((season for season, (low, high) in cycles.items() if low <= step <= high), 1)


def cycles_of(times: pd.Series[Any]) -> tuple[Cycle, ...]:
    """The cycles worth knowing the place in: with several steps each, and seen at least twice.

    Of a year that was never seen to its end, the place in it is but a trend.
    """
    days = days_of(times)
    if days is None or len(days) < 2:
        return ()
    step, span = float(np.median(np.diff(days))), float(days[-1] - days[0])
    return tuple(name for name, length in DAYS.items() if 2 * step <= length and 2 * length <= span)


def places_in(cycle: Cycle, times: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Where in a cycle each time is, as sine and cosine (N, 2): its end is next to its start."""
    of_day = (times - times.dt.normalize()) / np.timedelta64(1, "D")
    since = {
        "day": of_day,
        "week": times.dt.day_of_week + of_day,
        "year": times.dt.day_of_year - 1 + of_day,
    }[cycle]
    angle = since.to_numpy(np.float64) * (2 * np.pi / DAYS[cycle])
    return np.stack([np.sin(angle), np.cos(angle)], axis=1)
