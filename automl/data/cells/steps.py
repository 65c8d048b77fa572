"""Series in the rows of a file: the rows of each, and the regular step of their times."""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from math import gcd
from typing import Any, Literal

DAY = 86_400.0

MONTH, MONTH_DRIFT = 30.44, 6.0
"""Days of a month, and by how many days months may deviate, as last business days do."""

HOUR = timedelta(hours=1)

JITTER = 0.2
"""Largest deviation of a step, as a share of its length."""

REGULAR = 0.9
"""Share of the steps that have to be multiples of the usual one."""

MOST_FILLED = 3.0
"""Largest growth of the number of rows by filling gaps; beyond it, times keep no step."""

WEEKS = 3
"""Weeks to be seen before a weekday without rows counts as a day off."""

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def group_rows(items: Sequence[str], times: Sequence[str]) -> dict[str, list[int]]:
    """Row numbers of each item, the oldest row first; items in the order of the file.

    Rows are sorted by times that are numbers or dates such as 2024-01-31, and otherwise stay in the
    order of the file.

    Args:
        items: Item of each row.
        times: Time of each row; empty if the file has none.
    """
    found: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        found.setdefault(item, []).append(place)
    if times and (numbers := _as_floats(times)) is not None:
        return {item: sorted(places, key=numbers.__getitem__) for item, places in found.items()}
    if times and all(map(_ISO_DATE.match, times)):
        return {item: sorted(places, key=times.__getitem__) for item, places in found.items()}
    return found


def _as_floats(texts: Sequence[str]) -> list[float] | None:
    try:
        return [float(text) for text in texts]
    except ValueError:
        return None


@dataclass(frozen=True)
class Step:
    """The distance from one time of a series to the next.

    Args:
        unit: Unit of the distance: seconds, whole months, days of some weekdays, or plain numbers;
            ``rows`` if times keep no regular step, so that rows are counted.
        size: Number of units; for ``rows``, the usual distance in seconds or plain numbers.
        weekdays: Days that occur, for ``weekdays``; Monday is 0.
        month_end: Whether times are the last days of months, for ``months``.
    """

    unit: Literal["seconds", "months", "weekdays", "numbers", "rows"]
    size: float
    weekdays: tuple[int, ...] = ()
    month_end: bool = False

    def __post_init__(self) -> None:
        """Refuse steps that lead nowhere.

        Raises:
            ValueError: The size is not above 0, or there is no weekday to step to.
        """
        if not 0 < self.size < float("inf"):
            raise ValueError(f"a step (={self.size}) must be above 0")
        days = set(self.weekdays)
        if not days <= set(range(7)) or (self.unit == "weekdays" and not days):
            raise ValueError(f"weekdays (={self.weekdays}) must be numbers of 0 to 6")

    def __str__(self) -> str:
        """The distance in words: ``"1 day"``, ``"10 minutes"``, ``"1 quarter"``."""
        if self.unit == "months":
            named = {1: "1 month", 3: "1 quarter", 12: "1 year"}
            return named.get(int(self.size), f"{self.size:g} months")
        if self.unit == "weekdays":
            return "1 business day" if self.weekdays == (0, 1, 2, 3, 4) else "1 working day"
        return f"{self.size:.15g}" if self.unit == "numbers" else _in_words(self.size)

    def after(self, last: Any, steps: int) -> Any:
        """The time ``steps`` steps after ``last``."""
        if not isinstance(last, datetime):
            return last + steps * self.size
        if self.unit == "months":
            return _add_months(last, steps * int(self.size), self.month_end)
        if self.unit == "weekdays":
            return _add_weekdays(last, steps, self.weekdays)
        return last + timedelta(seconds=steps * self.size)

    def positions(self, moments: Sequence[Any]) -> list[int]:
        """Number of steps from the first time to each; times have to rise."""
        if self.unit == "rows" or len(moments) < 2:
            return list(range(len(moments)))
        return list(accumulate((self._between(*pair) for pair in pairwise(moments)), initial=0))

    def _between(self, before: Any, after: Any) -> int:
        if not isinstance(before, datetime):
            steps = round((after - before) / self.size)
        elif self.unit == "months":
            steps = round((_month(after) - _month(before)) / self.size)
        elif self.unit == "weekdays":
            steps = _count_weekdays(before, after, self.weekdays)
        else:
            steps = round((after - before).total_seconds() / self.size)
        return max(1, int(steps))


def find_step(series: Sequence[Sequence[Any]]) -> Step:
    """The regular step of the times of all series.

    Args:
        series: Times of each series, rising and different: moments or numbers.
    """
    sizes = [_seconds(before, after) for times in series for before, after in pairwise(times)]
    if not sizes:
        return Step("rows", DAY if _are_dates(series) else 1.0)
    ordered = sorted(sizes)
    usual = ordered[len(ordered) // 2]
    rows = Step("rows", usual)
    step = _find_calendar(series, ordered) if _are_dates(series) else None
    if step is None:
        step = Step("seconds" if _are_dates(series) else "numbers", _most_common(sizes) or usual)
        even = sum(_is_multiple(size, step.size) for size in sizes)
        if even < REGULAR * len(sizes):
            return rows
    grid = sum(step.positions(times)[-1] + 1 for times in series if times)
    return step if grid <= MOST_FILLED * sum(map(len, series)) else rows


def unfold_clock(moments: Sequence[datetime]) -> list[datetime] | None:
    """Distinct times from those of a clock that is set back when summer time ends.

    The second pass of the repeated hour, and all later times, are put an hour later. The hour that
    is skipped when summer time begins is a gap.

    Args:
        moments: Times in the order of the file, in which the second pass follows the first.

    Returns:
        A time of its own for each; None if times occur twice for another reason.
    """
    counts = Counter(moments)
    twice = sorted(moment for moment, count in counts.items() if count > 1)
    if not twice or max(counts.values()) > 2 or not _are_hours_of_clock_changes(twice):
        return None
    times = sorted(counts)
    if sorted(b - a for a, b in pairwise(times))[len(times) // 2 - 1] > HOUR:
        return None
    ends = [max(each for each in twice if each.year == year) for year in {t.year for t in twice}]
    seen: set[datetime] = set()
    found = []
    for moment in moments:
        later = sum(end < moment for end in ends) + (moment in seen)
        seen.add(moment)
        found.append(moment + later * HOUR)
    return found


def write_times(moments: Sequence[Any], zone: str) -> tuple[str, ...]:
    """Moments or numbers as texts: days if all times are midnight, else to the minute or second.

    Args:
        moments: Moments or numbers, at least one.
        zone: Zone behind each time: ``"+00:00"``; "" for none.
    """
    if not isinstance(moments[0], datetime):
        return tuple(f"{each:.15g}" for each in moments)
    if not zone and all(each.time() == datetime.min.time() for each in moments):
        return tuple(each.date().isoformat() for each in moments)
    seconds = any(each.second or each.microsecond for each in moments)
    exact = "auto" if seconds else "minutes"
    return tuple(each.isoformat(" ", exact) + zone for each in moments)


def _are_hours_of_clock_changes(twice: Sequence[datetime]) -> bool:
    """Whether times are of one hour of one night a year, in spring or autumn."""
    hours = {moment.replace(minute=0, second=0, microsecond=0) for moment in twice}
    return len({hour.year for hour in hours}) == len(hours) and all(
        hour.hour <= 3 and hour.month in (3, 4, 9, 10, 11) for hour in hours
    )


def _find_calendar(series: Sequence[Sequence[datetime]], sizes: Sequence[float]) -> Step | None:
    """A step of months, or of days without some weekdays; None if it is neither."""
    every = [moment for times in series for moment in times]
    if sizes[0] >= 25 * DAY and (months := _find_months(series)):
        ends = all(each.day == monthrange(each.year, each.month)[1] for each in every)
        return Step("months", months, month_end=ends)
    if _most_common(sizes) == DAY == sizes[len(sizes) // 2]:
        days = tuple(sorted({moment.weekday() for moment in every}))
        if len(days) in (5, 6) and len(every) >= WEEKS * len(days):
            return Step("weekdays", 1, days)
    return None


def _find_months(series: Sequence[Sequence[datetime]]) -> int:
    """The number of months that every step is a multiple of; 0 if there is none."""
    pairs = [pair for times in series for pair in pairwise(times)]
    months = [_month(after) - _month(before) for before, after in pairs]
    drift = (
        abs(_seconds(*pair) / DAY - MONTH * many) for pair, many in zip(pairs, months, strict=True)
    )
    return gcd(*months) if max(drift) <= MONTH_DRIFT else 0


def _are_dates(series: Sequence[Sequence[Any]]) -> bool:
    return any(isinstance(times[0], datetime) for times in series if times)


def _seconds(before: Any, after: Any) -> float:
    """Seconds between two moments, or the difference of two numbers."""
    between = after - before
    return between.total_seconds() if isinstance(between, timedelta) else float(between)


def _most_common(sizes: Sequence[float]) -> float:
    ((size, _),) = Counter(sizes).most_common(1)
    return size


def _is_multiple(size: float, of: float) -> bool:
    times = max(1, round(size / of))
    return abs(size / of - times) <= JITTER


def _month(moment: datetime) -> int:
    return 12 * moment.year + moment.month


def _add_months(moment: datetime, months: int, month_end: bool) -> datetime:
    year, month = divmod(_month(moment) - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return moment.replace(
        year=year, month=month + 1, day=last if month_end else min(moment.day, last)
    )


def _add_weekdays(moment: datetime, steps: int, weekdays: tuple[int, ...]) -> datetime:
    weeks, left = divmod(steps, len(weekdays))
    moment += timedelta(weeks=weeks)
    while left or moment.weekday() not in weekdays:
        moment += timedelta(days=1)
        left -= moment.weekday() in weekdays and left > 0
    return moment


def _count_weekdays(before: datetime, after: datetime, weekdays: tuple[int, ...]) -> int:
    weeks, days = divmod((after.date() - before.date()).days, 7)
    rest = sum((before.weekday() + day) % 7 in weekdays for day in range(1, days + 1))
    return weeks * len(weekdays) + rest


def _in_words(seconds: float) -> str:
    units = (("week", 7 * DAY), ("day", DAY), ("hour", 3600.0), ("minute", 60.0), ("second", 1.0))
    for name, size in units:
        if seconds >= size and seconds % size == 0:
            many = round(seconds / size)
            return f"1 {name}" if many == 1 else f"{many:,} {name}s"
    return f"{seconds:g} seconds"
