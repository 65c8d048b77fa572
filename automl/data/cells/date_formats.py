"""Finds the formats of the dates in a column: one order of day and month for all cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from automl.data.cells.dates import EPOCHS, check_date_format, read_date
from automl.data.cells.values import is_missing

MOST_FORMS = 4
"""Largest number of formats in one column, as some programs leave out a time of midnight."""

MANY = 1000

MOST_UNREAD = 0.02
"""Largest share of cells that are no date in a column of dates; they count as missing."""

FLAG = "--time-format"

YEARS = (1971, 2100)
"""Years of plain numbers that are read as seconds since 1970."""

FEWEST_NUMBERS = 8
"""Plain numbers needed to read a column as times by their regular steps alone."""

_SAYS_TIME = re.compile(
    r"(?:^|[\W_])(?:time|date|datetime|timestamps?|ts|ds|epoch|unix|utc|when|day|datum|zeit|fecha|"
    r"hora|period|month|week|quarter|year|at|on)(?:[\W_]|$)|(?:time|date|stamp|At|On)$",
)

_TIME = re.compile(
    r"(?P<gap>T|,?\s+(?:-\s+|at\s+)?|_|:|(?<=\d)\s*[-,]\s*)"
    r"(?P<clock>(?P<hour>\d{1,2})(?P<colon>[:.h])\d{2}(?:(?P<colon2>[:.])\d{2}(?:[.,]\d+)?)?)"
    r"(?:(?P<blank>\s?)(?P<half>[ap]\.?\s?m\.?))?"
    r"(?:(?P<blank2>\s?)(?P<zone>Z|UTC|[+-]\d{1,2}(?::?\d{2}){0,2}|[A-Z]{3,5})(?:\[[\w/+-]+\])?)?$",
    re.IGNORECASE,
)

_HOUR = re.compile(
    r"(?P<gap>T|\s+)(?P<hour>\d{1,2})(?P<blank>\s?)(?P<half>[ap]\.?\s?m\.?)?$", re.IGNORECASE
)

_DAY_NAME = re.compile(r"[^\W\d_]{2,9}\.?(?P<gap>,?\s+|,)(?=\d|[^\W\d_]{3})")

_MONTH = r"[^\W\d_]{3,9}\.?"

_DAY = r"\d{1,2}(?:st|nd|rd|th)?"

_SPACE = r"\s*[-/.,' ]?\s*"

# Patterns of dates, each with its possible formats, the likeliest first; {0} and so on are the
# marks between the parts.
_LAYOUTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\d{4}([-/._ ])\d{1,2}(\1)\d{1,2}", ("%Y{0}%m{1}%d",)),
    (r"\d{1,2}([-/. _]|\. )\d{1,2}(\1)\d{4}", ("%m{0}%d{1}%Y", "%d{0}%m{1}%Y")),
    (r"\d{1,2}([-/. ]|\. )\d{1,2}(\1)\d{2}", ("%m{0}%d{1}%y", "%d{0}%m{1}%y", "%y{0}%m{1}%d")),
    (rf"{_DAY}({_SPACE}){_MONTH}({_SPACE})\d{{4}}", ("%d{0}%b{1}%Y",)),
    (rf"{_DAY}({_SPACE}){_MONTH}({_SPACE})\d{{2}}", ("%d{0}%b{1}%y", "%y{0}%b{1}%d")),
    (rf"{_MONTH}({_SPACE}){_DAY}({_SPACE}|,\s*)\d{{4}}", ("%b{0}%d{1}%Y",)),
    (rf"\d{{4}}({_SPACE}){_MONTH}({_SPACE}){_DAY}", ("%Y{0}%b{1}%d",)),
    (r"\d{4}([-/. ]?)Q[1-4]", ("%Y{0}Q%q",)),
    (r"Q[1-4]([-/. ']{0,2})\d{4}", ("Q%q{0}%Y",)),
    (r"Q[1-4]([-/. ']{0,2})\d{2}", ("Q%q{0}%y",)),
    (r"[1-4]Q([-/. ']?)\d{4}", ("%qQ{0}%Y",)),
    (r"[1-4]Q([-/. ']?)\d{2}", ("%qQ{0}%y",)),
    (r"\d{4}([- ]?)W\d{1,2}", ("%G{0}W%V",)),
    (r"\d{4}([- ]?)W\d{2}(-?)\d", ("%G{0}W%V{1}%u",)),
    (r"\d{8}(T|[ _])\d{4}", ("%Y%m%d{0}%H%M",)),
    (r"\d{8}(T|[ _])\d{6}", ("%Y%m%d{0}%H%M%S",)),
    (r"\d{4}([-/])\d{3}", ("%Y{0}%j",)),
    (r"\d{4}([-/])\d{1,2}", ("%Y{0}%m",)),
    (r"\d{4}([mM])\d{1,2}", ("%Y{0}%m",)),
    (r"\d{1,2}([-/])\d{4}", ("%m{0}%Y",)),
    (rf"{_MONTH}({_SPACE})\d{{4}}", ("%b{0}%Y",)),
    (rf"{_MONTH}([-/' ]{{1,2}})\d{{2}}", ("%b{0}%y",)),
    (rf"\d{{4}}({_SPACE}){_MONTH}", ("%Y{0}%b",)),
)

# Formats of digits alone, by their number.
_BY_LENGTH = {4: "%Y", 6: "%Y%m", 8: "%Y%m%d", 10: "%Y%m%d%H", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}

_LONG = (8, 12, 14)

_COMPILED = tuple((re.compile(layout, re.IGNORECASE), forms) for layout, forms in _LAYOUTS)


@dataclass(frozen=True)
class DateFormats:
    """The formats of the dates in a column.

    Args:
        forms: Formats, each of which fits some of the cells.
        doubt: Cell that fits with day and month swapped as well; "" if there is none.
        other: Format with day and month swapped.
    """

    forms: tuple[str, ...]
    doubt: str = ""
    other: str = ""

    @property
    def note(self) -> str:
        """A remark on the doubt; "" without one."""
        if not self.doubt:
            return ""
        first = "day" if self.forms[0].find("%d") < self.forms[0].find("%m") else "month"
        return (
            f"dates such as {self.doubt!r} were read with the {first} first, though the other way "
            f"round fits as well: {FLAG} '{self.other}' reads them so"
        )


def find_date_formats(cells: Iterable[str], name: str = "") -> DateFormats | None:
    """The formats of the dates in a column; None if it holds no dates.

    Args:
        cells: Cells of the column, in the order of the file.
        name: Name of the column; whole numbers are more readily dates under a name such as "date".
    """
    texts = [cell.strip() for cell in cells if not is_missing(cell)]
    if not texts:
        return None
    if all(map(_is_number, texts[:100])):
        return _forms_of_numbers(texts, name)
    different = list(dict.fromkeys(texts))
    found: list[tuple[str, ...]] = []  # of each layout, all ways that fit
    left = different
    while left and len(found) < MOST_FORMS:
        fitting, missed = _fit(left, found)
        if not fitting:
            break
        found.append(fitting)
        left = missed
    if not found or len(left) > MOST_UNREAD * len(different):
        return None
    chosen = _choose(found, texts)
    if len(found) > 1:  # a layout's likeliest order may not be that of the others
        left = [text for text in different if not any(_fits(text, form) for form in chosen.forms)]
    return None if len(left) > MOST_UNREAD * len(different) else chosen


def says_time(name: str) -> bool:
    """Whether a column's name suggests times."""
    return bool(_SAYS_TIME.search(name) or _SAYS_TIME.search(name.lower()))


def given_date_format(form: str) -> DateFormats:
    """The format that a user names.

    Raises:
        ValueError: Dates cannot be read by it.
    """
    return DateFormats((check_date_format(form),))


def _fit(
    texts: Sequence[str], found: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...], list[str]]:
    """The formats that fit most texts like the first, and the texts that they do not fit.

    The formats come with the likeliest first.
    """
    ways = tuple(dict.fromkeys(_candidates(texts[0])))
    sure = {_is_day_first(each[0]) for each in found if len(each) == 1} - {None}
    if sure:
        ways = tuple(each for each in ways if _is_day_first(each) in {*sure, None}) or ways
    ways = _best(ways, texts[:: max(1, len(texts) // MANY)])
    if len(ways) > 1:
        ways = _best(ways, texts)
    return ways, [text for text in texts if not ways or not _fits(text, ways[0])]


def _best(ways: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    counts = {each: sum(_fits(text, each) for text in texts) for each in ways}
    most = max(counts.values(), default=0)
    return tuple(each for each, count in counts.items() if count == most and most)


def _candidates(text: str) -> Iterator[str]:
    """The formats that a text allows, the likeliest first."""
    day, clock = _split_time(text)
    prefix = ""
    named = _DAY_NAME.match(day)
    if named and any(layout.fullmatch(day[named.end() :]) for layout, _ in _COMPILED):
        prefix, day = f"%a{named['gap']}", day[named.end() :]
    for layout, forms in _COMPILED:
        match = layout.fullmatch(day)
        if not match:
            continue
        between = [_literal(each) for each in match.groups()]
        # A point behind the first number marks a day, as in German dates.
        swapped = between[0].strip() == "." and len(forms) > 1
        for form in (forms[1], forms[0], *forms[2:]) if swapped else forms:
            yield prefix + form.format(*between) + clock
    if day.isdigit() and (len(day) in _LONG or (clock and len(day) == 8)):
        yield prefix + _BY_LENGTH[len(day)] + clock


def _split_time(text: str) -> tuple[str, str]:
    """The day of a text, and the format of the time behind it."""
    if match := _TIME.search(text):
        hour = "%I" if match["half"] else "%H"
        form = f"{_literal(match['gap'])}{hour}{match['colon']}%M"
        if match["colon2"]:
            form += f"{match['colon2']}%S"
        if match["half"]:
            form += f"{_literal(match['blank'])}%p"
        if match["zone"]:
            form += f"{_literal(match['blank2'])}%z"
        return text[: match.start()], form
    if (match := _HOUR.search(text)) and any(
        layout.fullmatch(text[: match.start()]) for layout, _ in _COMPILED[:7]
    ):
        half = f"{_literal(match['blank'])}%p" if match["half"] else ""
        return text[: match.start()], f"{_literal(match['gap'])}{'%I' if half else '%H'}{half}"
    return text, ""


def _literal(text: str) -> str:
    return text.replace("%", "%%").replace("{", "{{").replace("}", "}}") if text else ""


def _fits(text: str, form: str) -> bool:
    try:
        read_date(text, form)
    except (ValueError, OverflowError):
        return False
    return True


def _is_day_first(form: str) -> bool | None:
    """Whether the day is before the month; None unless both are numbers and the year is last."""
    day, month = form.find("%d"), form.find("%m")
    if day < 0 or month < 0 or form.startswith(("%Y", "%y")):
        return None
    return day < month


def _choose(found: Sequence[tuple[str, ...]], texts: Sequence[str]) -> DateFormats:
    """One order of day and month for the whole column: the only possible, or the likeliest."""
    sure = [_is_day_first(each[0]) for each in found if len(each) == 1]
    settled = next((each for each in sure if each is not None), None)
    ways = found[0]
    if settled is None and len(ways) > 1 and "." not in ways[0]:
        steadiest = min(ways, key=lambda form: _unevenness(texts, form))
        if 2 * _unevenness(texts, steadiest) < _unevenness(texts, ways[0]):
            ways = (steadiest, *(each for each in ways if each != steadiest))
        forms = _in_order(found, _is_day_first(ways[0]), ways[0])
        has_number = "%m" in ways[0]  # the name of a month leaves no doubt
        doubt = next((text for text in texts if _mean_others(text, *ways[:2])), "") * has_number
        return DateFormats(forms, doubt, ways[1] if doubt else "")
    if settled is None:
        settled = _is_day_first(ways[0])
    return DateFormats(_in_order(found, settled, ways[0]))


def _in_order(
    found: Sequence[tuple[str, ...]], day_first: bool | None, preferred: str
) -> tuple[str, ...]:
    """The format of each pattern that has this order, or else the likeliest."""
    chosen = [
        next(
            (
                each
                for each in (preferred, *ways)
                if each in ways and _is_day_first(each) is day_first
            ),
            ways[0],
        )
        for ways in found
    ]
    return tuple(dict.fromkeys(chosen))


def _mean_others(text: str, first: str, other: str) -> bool:
    return (
        _fits(text, first)
        and _fits(text, other)
        and read_date(text, first) != read_date(text, other)
    )


def _unevenness(texts: Sequence[str], form: str) -> float:
    """Ratio of the longest to the shortest step; infinite where times go back and forth.

    A few steps may go the other way, where a file holds one series after the other.
    """
    moments = [_naive(read_date(text, form)) for text in texts if _fits(text, form)]
    steps = [(after - before).total_seconds() for before, after in pairwise(moments)]
    ahead, back = [each for each in steps if each > 0], [-each for each in steps if each < 0]
    many, few = sorted((ahead, back), key=len, reverse=True)
    if not many or 10 * len(few) > len(many):
        return float("inf")
    return max(many) / min(many) * (1 + 100 * len(few) / len(many))


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).removeprefix("-").isdigit()


def _forms_of_numbers(texts: Sequence[str], name: str) -> DateFormats | None:
    """Formats of years, months and days in digits, or of seconds since 1970."""
    named = says_time(name)
    size = len(texts[0])
    if all(text.isdigit() and len(text) == size for text in texts):
        form = _BY_LENGTH.get(size, "")
        likely = (named or size in _LONG) and 1000 <= int(texts[0][:4]) < 3000
        fitting = sum(_fits(each, form) for each in texts) if form and likely else 0
        if fitting == len(texts) or (named and 2 * fitting >= len(texts) and size in _LONG):
            return DateFormats((form,))
    values = [float(text) for text in texts]
    unit = next((each for each, second in EPOCHS.items() if _are_of_years(values, second)), None)
    if unit is None or not (named or _are_steps(values, EPOCHS[unit])):
        return None
    return DateFormats((unit,))


def _are_of_years(values: Sequence[float], second: int) -> bool:
    low, high = ((datetime(year, 1, 1) - datetime(1970, 1, 1)).total_seconds() for year in YEARS)
    return all(low <= value / second < high for value in values)


def _are_steps(values: Sequence[float], second: int) -> bool:
    """Whether numbers rise by whole minutes, most of them by the same amount."""
    steps = [after - before for before, after in pairwise(values)]
    if len(values) < FEWEST_NUMBERS or not min(steps) >= 0:
        return False
    usual = sorted(steps)[len(steps) // 2]
    even = sum(step % usual == 0 for step in steps) if usual >= 60 * second else 0
    return usual % (60 * second) == 0 and even >= 0.9 * len(steps)
