"""Reads dates and times by a format: the codes of ``strptime``, quarters, weeks and seconds."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

EPOCHS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
"""Formats of plain numbers, with the units that a second has, counted since 1970."""
ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z")
"""Formats that are unambiguous, and therefore read in every column of dates."""

_PARTS_OF_FORMS = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})(?:st|nd|rd|th)?",
    "b": r"(?P<b>[^\W\d_]{3,}\.?)",
    "a": r"[^\W\d_]{2,}\.?",
    "q": r"(?P<q>[1-4])",
    "G": r"(?P<G>\d{4})",
    "V": r"(?P<V>\d{1,2})",
    "u": r"(?P<u>[1-7])",
    "j": r"(?P<j>\d{1,3})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<H>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})(?:[.,](?P<f>\d+))?",
    "f": r"(?P<f>\d+)",
    "p": r"(?P<p>[ap])\.?\s?m\.?",
    "z": r"(?P<z>Z|[+-]\d{1,2}(?::?\d{2})?(?::?\d{2})?|[A-Z]{2,5})(?:\[[\w/+-]+\])?",
}
_ALIKE = {"B": "b", "h": "b", "A": "a", "Z": "z"}
_FIXED = {"m": r"(?P<m>\d{2})", "d": r"(?P<d>\d{2})", "H": r"(?P<H>\d{2})"}
_USUAL = set("YmdHMS")
_FORM_CODE = re.compile(r"%([a-zA-Z%])|(\s+)|(.)", re.DOTALL)
_ADJACENT = re.compile(r"%[YyGmdHMSj]%[YymdHMSj]")
_COUNT = re.compile(r"[-+]?\d+(?:\.\d*)?")

# How months' names begin in English, German, French, Spanish, Italian, Portuguese and Dutch.
_MONTHS = (
    ("jan", "jän", "gen", "ene"),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz", "maa", "mrt"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mei", "mag"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aoû", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)
_ZONES = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0.0),
    **dict.fromkeys(("CET", "MEZ", "BST", "WEST"), 1.0),
    **dict.fromkeys(("CEST", "MESZ", "EET", "SAST"), 2.0),
    **dict.fromkeys(("EEST", "MSK"), 3.0),
    **dict.fromkeys(("SGT", "HKT", "AWST"), 8.0),
    **dict.fromkeys(("JST", "KST"), 9.0),
    **dict.fromkeys(("BRT", "ART", "ADT"), -3.0),
    **dict.fromkeys(("EDT", "AST"), -4.0),
    **dict.fromkeys(("EST", "CDT"), -5.0),
    **dict.fromkeys(("CST", "MDT"), -6.0),
    **dict.fromkeys(("MST", "PDT"), -7.0),
    "IST": 5.5,
    "AEST": 10.0,
    "AEDT": 11.0,
    "NZST": 12.0,
    "NZDT": 13.0,
    "PST": -8.0,
}


def check_date_format(form: str) -> str:
    """Return ``form`` if dates can be read by it.

    Raises:
        ValueError: The format has an unknown code, names a part twice, or names no year.
    """
    if form in EPOCHS:
        return form
    codes = [_ALIKE.get(code, code) for code, _, _ in _FORM_CODE.findall(form) if code]
    unknown = [code for code in codes if code not in _PARTS_OF_FORMS and code != "%"]
    if unknown:
        raise ValueError(f"%{unknown[0]} is unknown; known are %{', %'.join(_PARTS_OF_FORMS)}")
    if not {"Y", "y", "G"} & set(codes):
        raise ValueError("it has no year (%Y); write it as %d/%m/%Y, or " + ", ".join(EPOCHS))
    try:
        _compiled(form)
    except re.error:
        raise ValueError("it names a part twice") from None
    return form


def read_date(cell: str, form: str) -> datetime:
    """The moment in a cell, with a zone if the format has one.

    Args:
        cell: Cell as it is in the file.
        form: Format in the codes of ``strptime``, and %q for a quarter; or one of ``EPOCHS``.

    Raises:
        ValueError: The cell has another format, or there is no such date.
    """
    if form in EPOCHS:
        return _since_1970(cell.strip(), EPOCHS[form])
    found = _compiled(form).fullmatch(cell.strip())
    if found is None:
        raise ValueError(f"{cell!r} is no date of the form {form}")
    parts = {name: text for name, text in found.groupdict().items() if text}
    if parts.keys() == _USUAL and parts["H"] != "24" and parts["S"] != "60":
        year, month, day, hour, minute, second = map(int, found.group(*"YmdHMS"))
        return datetime(year, month, day, hour, minute, second)
    moment = datetime.combine(_day(parts), datetime.min.time()) + _time(parts)
    return moment.replace(tzinfo=_zone(parts["z"])) if "z" in parts else moment


def read_moment(cell: str, forms: tuple[str, ...], utc: bool = True) -> datetime:
    """The moment in a cell by the first format that fits, without a zone.

    Args:
        cell: Cell as it is in the file.
        forms: Formats of its column.
        utc: Whether moments with a zone are converted to UTC; otherwise the zone is dropped.

    Raises:
        ValueError: No format fits.
    """
    for form in forms:
        try:
            moment = read_date(cell, form)
        except (ValueError, OverflowError):
            continue
        return (moment.astimezone(timezone.utc) if utc and moment.tzinfo else moment).replace(
            tzinfo=None
        )
    raise ValueError(f"{cell.strip()[:60]!r} is no date of the form {' or '.join(forms)}")


def month_of(name: str) -> int:
    """The number, 1 to 12, of the month with a name in one of seven languages.

    Raises:
        ValueError: No month has this name.
    """
    text = name.casefold()
    for month, beginnings in enumerate(_MONTHS, start=1):
        if text.startswith(beginnings):
            return month
    raise ValueError(f"{name!r} is the name of no month")


@lru_cache(maxsize=64)
def _compiled(form: str) -> re.Pattern[str]:
    patterns = {**_PARTS_OF_FORMS, **_FIXED} if _ADJACENT.search(form) else _PARTS_OF_FORMS
    parts = []
    for code, space, literal in _FORM_CODE.findall(form):
        if code:
            parts.append("%" if code == "%" else patterns[_ALIKE.get(code, code)])
        else:
            parts.append(r"\s+" if space else re.escape(literal))
    return re.compile("".join(parts), re.IGNORECASE)


def _day(parts: dict[str, str]) -> date:
    if "V" in parts:
        return date.fromisocalendar(
            int(parts.get("G") or parts["Y"]), int(parts["V"]), int(parts.get("u", 1))
        )
    year = int(parts["Y"]) if "Y" in parts else _century(int(parts["y"]))
    if "j" in parts:
        day = date(year, 1, 1) + timedelta(days=int(parts["j"]) - 1)
        if day.year != year:
            raise ValueError(f"{year} has no day {parts['j']}")
        return day
    if "q" in parts:
        return date(year, 3 * int(parts["q"]) - 2, 1)
    month = month_of(parts["b"]) if "b" in parts else int(parts.get("m", 1))
    return date(year, month, int(parts.get("d", 1)))


def _century(year: int) -> int:
    """The year of two digits as in POSIX: 69 is 1969, 68 is 2068."""
    return year + (1900 if year >= 69 else 2000)


def _time(parts: dict[str, str]) -> timedelta:
    """The time of day; 24:00 is the end of the day, a leap second counts as the next second."""
    hour, minute, second = (int(parts.get(part, 0)) for part in "HMS")
    if "p" in parts:
        if not 1 <= hour <= 12:
            raise ValueError(f"there is no {hour} {parts['p']}m")
        hour = hour % 12 + 12 * (parts["p"].lower() == "p")
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        raise ValueError(f"there is no {hour}:{minute:02}:{second:02}")
    micros = int(parts.get("f", "0")[:6].ljust(6, "0"))
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micros)


def _zone(text: str) -> timezone:
    if text.upper() in _ZONES:
        return timezone(timedelta(hours=_ZONES[text.upper()]))
    if text[0] not in "+-":
        raise ValueError(f"{text} is no zone that is known")
    digits = text[1:].replace(":", "")
    if len(digits) == 1:
        digits = f"0{digits}"
    hours, minutes = int(digits[:2]), int(digits[2:4] or 0)
    away = timedelta(hours=hours, minutes=minutes)
    return timezone(-away if text[0] == "-" else away)


def _since_1970(text: str, second: int) -> datetime:
    if not _COUNT.fullmatch(text):
        raise ValueError(f"{text!r} is no number")
    whole, _, fraction = text.partition(".")
    seconds, rest = divmod(int(whole), second)
    micros = rest * 10**6 // second
    if second == 1 and fraction:
        micros += int(fraction[:6].ljust(6, "0"))
    return datetime(1970, 1, 1) + timedelta(seconds=seconds, microseconds=micros)
