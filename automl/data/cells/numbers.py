"""Numbers in texts: the one format of a column, found from all its cells."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from automl.data.cells.values import is_missing

NAN = math.nan
RARE = 0.05
"""Largest share of texts in a column of numbers, where they count as missing."""
ENOUGH_FOR_ONE = 10
"""With at least this many cells, one may be a text, whatever its share."""
NO_UNIT = "\0"
LONGEST = 60
"""Largest number of characters of a number."""

_CURRENCIES = "$€£¥₹₽₩₺₴₦₫₱฿₪¢"
_CODES = "USD|EUR|GBP|JPY|CHF|CNY|RMB|INR|RUB|KRW|TRY|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|AUD|CAD|NZD"
_WORDS = f"{_CODES}|US\\$|A\\$|C\\$|NZ\\$|HK\\$|S\\$|R\\$|Rs\\.?|kr\\.?|Fr\\.?|zł|Kč|Ft|DM"
_PREFIX = re.compile(f"[{_CURRENCIES}]|{_WORDS}")
_SIGN_LIKE = re.compile(f"[%‰{_CURRENCIES}]|{_WORDS}")
_SHAPE = re.compile(
    r"""(?P<open>\()? \s* (?P<sign>[-+])? \s* (?P<prefix>[^\W\d_]*[^\w\s.,'()+-]|[^\W\d_]+\.?)? \s*
    (?P<open2>\()? \s* (?P<sign2>[-+])? \s*
    (?P<digits>\d(?:[\d.,' ]*\d)?[.,]?|[.,]\d+) (?P<exponent>[eE][-+]?\d+)?
    \s* (?P<minus>-)? \s* (?P<close>\))? \s*
    (?P<suffix>[^\W\d_]*[^\s\d.,'()+-][^\d,'()+]*?)? \s* (?P<minus2>-)? \s* (?P<close2>\))?""",
    re.VERBOSE,
)
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u2007\u2002\u2003\u2008\u205f\u3000\t"), " ")
_DASHES = dict.fromkeys(map(ord, "\u2212\u2013\ufe63\uff0d\u2011"), "-")
_QUOTES = dict.fromkeys(map(ord, "\u2019\u2018\u02bc\u00b4`"), "'")
_PLAIN_CHARACTERS = {**_SPACES, **_DASHES, **_QUOTES, ord("\u200b"): None, ord("\ufeff"): None}
# Marks of decimals and of thousands, the usual pairs first.
_CANDIDATES = (
    *((".", ""), (".", ","), (",", ""), (",", ".")),
    *((".", " "), (",", " "), (".", "'"), (",", "'")),
)
# In a shape, other digits than 0 become 9: groups of thousands do not begin with 0.
_DIGITS = str.maketrans("123456789", "9" * 9)
_PADDED = re.compile(r"(?:^|\0)\s*[-+]?0\d+\s*(?=\0|$)")
_WHOLE = re.compile(r"\s*[-+]?\d+\s*")


@dataclass(frozen=True)
class NumberFormat:
    """The way in which the numbers of one column are written; the default is Python's own.

    Args:
        decimal: Decimal mark: a point or a comma.
        group: Mark between thousands: "", a comma, a point, a space (of any width) or an
            apostrophe.
        unit: Unit before or behind the numbers: "$", "%", "kg"; "" for none.
    """

    decimal: str = "."
    group: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if (self.decimal, self.group) not in _CANDIDATES or len(self.unit) > LONGEST:
            raise ValueError(f"{self} is no format of numbers")

    def parse(self, cell: str) -> float:
        """The number in a cell; NaN if it has another format or holds none."""
        parts = _parse_shape(cell.translate(_PLAIN_CHARACTERS).strip())
        if parts is None:
            return _infinity(cell)
        fits = _pattern(self).fullmatch(parts["digits"])
        if not fits or _unit(parts) not in ("", self.unit) or not _has_one_sign(parts):
            return NAN
        digits = parts["digits"].replace(self.group, "") if self.group else parts["digits"]
        number = float(digits.replace(self.decimal, ".") + (parts["exponent"] or ""))
        return -number if _is_negative(parts) else number

    def read(self, cells: Sequence[str]) -> Numbers:
        """The numbers of a column; cells that are none become NaN, and are counted."""
        unread: Counter[str] = Counter()
        values = []
        for cell in cells:
            number = self._parse_plain(cell)
            if number is None:
                number = self.parse(cell)
                if math.isnan(number):
                    unread[cell] += 1
            values.append(number)
        return Numbers(values, self, unread)

    def _parse_plain(self, cell: str) -> float | None:
        """The number of a plain cell by Python's own rules; None for any other cell."""
        if self != NumberFormat() or not cell or "_" in cell:
            return None
        try:
            number = float(cell)
        except ValueError:
            return None
        return None if math.isnan(number) else number

    def __str__(self) -> str:
        example = f"1{self.group}234{self.decimal}5" if self.group else f"1{self.decimal}5"
        return f"{example} {self.unit}".rstrip()


PLAIN_FORMAT = NumberFormat()


@dataclass(frozen=True)
class Numbers:
    """A column that was read as numbers.

    Args:
        values: Number of each cell; NaN where it holds none.
        format: Format of the cells.
        unread: Counts of the cells that are no number; an empty one is "".
        doubt: Other format that all cells fit as well, with other numbers; None if there is none.
    """

    values: list[float]
    format: NumberFormat = PLAIN_FORMAT
    unread: Mapping[str, int] = field(default_factory=dict)
    doubt: NumberFormat | None = None

    @property
    def odd(self) -> dict[str, int]:
        """Counts of the cells that are neither a number nor a usual word for a missing one."""
        return {cell: count for cell, count in self.unread.items() if not is_missing(cell)}


def read_numbers(cells: Sequence[str], comma: bool | None = None) -> Numbers | None:
    """The numbers of a column, in the format of most of its cells.

    Args:
        cells: Cells as a file holds them.
        comma: Whether the decimal mark of other columns is a comma; None if it is not known. It
            decides what ``1,234`` and ``1.234`` mean where the column leaves it open.

    Returns:
        None if the column holds no numbers: too many cells are texts, all are empty, or whole
        numbers are padded with zeros (``007``), as codes are.
    """
    quick = _read_plain(cells)
    if quick is not None and not (comma and any("." in cell for cell in cells)):
        return None if _is_padded(cells) else quick
    found = find_format(cells, comma)
    if found is None:
        return None
    best, doubt = found
    return replace(best.read(cells), doubt=doubt)


def read_known(cells: Sequence[str], form: NumberFormat) -> Numbers:
    """The numbers of a column whose format is known from the training data.

    Where too many cells do not fit it, the column's own format is used, if it is beyond doubt:
    ``5,25`` is, ``1,234`` is not.
    """
    numbers = form.read(cells)
    present = sum(not is_missing(cell) for cell in cells)
    if sum(numbers.odd.values()) <= most_texts(present):
        return numbers
    found = find_format(cells)
    return numbers if found is None or found[1] else found[0].read(cells)


def find_format(
    cells: Iterable[str], comma: bool | None = None
) -> tuple[NumberFormat, NumberFormat | None] | None:
    """The format of a column, and another that fits as well; None if it has no numbers."""
    shapes = _count_shapes(cells)
    total = sum(shapes.values())
    parts = _parse_shapes(shapes, most_texts(total))
    if not parts or _are_codes(parts):
        return None
    unit = _common_unit(parts, shapes)
    counts: dict[NumberFormat, int] = {}
    for decimal, group in _CANDIDATES:
        form = NumberFormat(decimal, group, unit)
        counts[form] = sum(shapes[shape] for shape in parts if not math.isnan(form.parse(shape)))
    best = max(counts, key=lambda form: (counts[form], _preference(form, comma)))
    if total - counts[best] > most_texts(total):
        return None
    rival = next((form for form in counts if _differ(form, best, parts, counts)), None)
    return best, rival if comma is None else None


def most_texts(cells: int) -> int:
    """The number of texts that a column of numbers with ``cells`` cells may have."""
    return max(int(RARE * cells), 1 if cells >= ENOUGH_FOR_ONE else 0)


def _count_shapes(cells: Iterable[str]) -> Counter[str]:
    """Counts of cells by shape: their text with every digit but 0 replaced by 9."""
    shapes: Counter[str] = Counter()
    for cell, count in Counter(cells).items():
        if not is_missing(cell):
            shapes[cell.translate(_PLAIN_CHARACTERS).strip().translate(_DIGITS)] += count
    return shapes


def _parse_shapes(shapes: Mapping[str, int], most: int) -> dict[str, re.Match[str]]:
    """Parsed shapes of numbers; {} as soon as more than ``most`` cells are texts."""
    parts, texts = {}, 0
    for shape, count in shapes.items():
        found = _parse_shape(shape)
        if found is not None:
            parts[shape] = found
            continue
        texts += count
        if texts > most:
            return {}
    return parts


def _parse_shape(text: str) -> re.Match[str] | None:
    return _SHAPE.fullmatch(text) if len(text) <= LONGEST else None


def _preference(form: NumberFormat, comma: bool | None) -> int:
    """Rank among formats that fit equally: that of the file's other columns, then the usual."""
    order = -_CANDIDATES.index((form.decimal, form.group))
    return order + (100 if comma is not None and (form.decimal == ",") == comma else 0)


def _differ(
    form: NumberFormat,
    best: NumberFormat,
    parts: Mapping[str, re.Match[str]],
    counts: Mapping[NumberFormat, int],
) -> bool:
    """Whether a format fits as many cells as the best, with other numbers, as for 1,234."""
    if form.decimal == best.decimal or counts[form] < counts[best] or "," not in "".join(parts):
        return False
    pairs = ((form.parse(shape), best.parse(shape)) for shape in parts)
    return any(one != other for one, other in pairs if not math.isnan(one))


def _read_plain(cells: Sequence[str]) -> Numbers | None:
    """The whole column at once, if every cell is a plain number or empty; otherwise None."""
    try:
        values = [float(cell) if cell else NAN for cell in cells]
    except ValueError:
        return None
    empty = sum(not cell for cell in cells)
    if sum(map(math.isnan, values)) != empty or empty == len(values) or "_" in "\0".join(cells):
        return None
    return Numbers(values, PLAIN_FORMAT, {"": empty} if empty else {})


def _is_padded(cells: Sequence[str]) -> bool:
    """Whether all cells are whole numbers, some of them padded with zeros."""
    if not _PADDED.search("\0".join(cells)):
        return False
    return all(_WHOLE.fullmatch(cell) or not cell for cell in cells)


def _are_codes(parts: Mapping[str, re.Match[str]]) -> bool:
    """Whether shapes are codes or telephone numbers: 007, 0170 1234567, +49 170 1234567."""
    digits = [found["digits"] for found in parts.values()]
    if any("." in each or "," in each or "'" in each for each in digits):
        return False
    is_phone = all(found["sign"] == "+" for found in parts.values()) and min(map(len, digits)) > 8
    return is_phone or any(each[0] == "0" and len(each) > 1 for each in digits)


def _common_unit(parts: Mapping[str, re.Match[str]], counts: Mapping[str, int]) -> str:
    """The unit of most cells; a word has to be in nearly all of them, a sign in some."""
    units: Counter[str] = Counter()
    for shape, found in parts.items():
        units[_unit(found)] += counts[shape]
    named = {unit: count for unit, count in units.items() if unit not in ("", NO_UNIT)}
    if not named:
        return ""
    unit = max(named, key=named.__getitem__)
    needed = 0 if _SIGN_LIKE.fullmatch(unit) else (1 - RARE) * units.total()
    return unit if named[unit] >= needed else ""


def _unit(parts: re.Match[str]) -> str:
    """The unit before or behind the digits; NO_UNIT if the text around them is none."""
    prefix, suffix = parts["prefix"] or "", (parts["suffix"] or "").strip()
    if prefix and (suffix or not _PREFIX.fullmatch(prefix)):
        return NO_UNIT
    return prefix or suffix


def _has_one_sign(parts: re.Match[str]) -> bool:
    """Whether there is at most one sign, or one pair of brackets."""
    signs = [parts[name] for name in ("sign", "sign2", "minus", "minus2") if parts[name]]
    opened = [parts[name] for name in ("open", "open2") if parts[name]]
    closed = [parts[name] for name in ("close", "close2") if parts[name]]
    return len(opened) == len(closed) <= 1 and len(signs) + len(opened) <= 1


def _is_negative(parts: re.Match[str]) -> bool:
    signs = ("sign", "sign2", "minus", "minus2")
    return any(parts[name] == "-" for name in signs) or bool(parts["open"] or parts["open2"])


def _pattern(form: NumberFormat) -> re.Pattern[str]:
    return _FIGURES[form.decimal, form.group]


def _make_pattern(decimal: str, group: str) -> re.Pattern[str]:
    """A pattern of digits with or without groups: of three, or of two as in Indian lakhs."""
    whole = r"\d*"
    if group:
        mark = re.escape(group)
        threes = rf"[1-9]\d{{0,2}}(?:{mark}\d{{3}})+"
        lakhs = rf"|[1-9]\d?(?:{mark}\d\d)*{mark}\d{{3}}" if group == "," else ""
        whole = rf"(?:{threes}{lakhs}|\d*)"
    return re.compile(rf"(?=.*\d){whole}(?:{re.escape(decimal)}\d*)?")


_FIGURES = {(decimal, group): _make_pattern(decimal, group) for decimal, group in _CANDIDATES}


def _infinity(cell: str) -> float:
    word = cell.strip().lower()
    if word.lstrip("+-") in ("inf", "infinity", "∞"):
        return -math.inf if word[0] == "-" else math.inf
    return NAN
