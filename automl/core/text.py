"""Text for people: readable numbers and durations, and strangers' words made safe to show.

Files and ``--json`` have numbers in full. ``automl.core.markdown`` escapes for Markdown.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from math import floor, isfinite, log10

# Outside this range a number is written with a power of ten.
TINY, HUGE = 1e-4, 1e15
# Significant figures; the part before the decimal point is always written in full.
FIGURES = 5

# Excel and LibreOffice also accept the full-width forms of East Asian keyboards.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
# Numbers, or a text of signs alone.
_NO_FORMULA = re.compile(r"[+-]*([\d.,]+(e[+-]?\d+)?|inf|nan)? ?%?", re.IGNORECASE)
# Plotly interprets some HTML tags, and entities.
_PLOTLY = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;"})


def duration(seconds: float) -> str:
    """Seconds as ``"8 s"``, ``"4 min 12 s"``, ``"2 h 5 min"``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def value(measured: float | None) -> str:
    """A metric's value: ``"0.9333"``, ``"12.346"``, ``"30,769"``, or ``"-"`` for None."""
    if measured is None:
        return "-"
    if measured == 0 or 0.01 <= abs(measured) < 10:
        return f"{measured:.4f}"
    return _written(measured, FIGURES) if abs(measured) >= 10 else number(measured, 4)


def number(quantity: float, figures: int = FIGURES) -> str:
    """A quantity without trailing zeros: ``"156,760"``, ``"3.5"``, ``"0.00025"``, ``"7"``."""
    if isinstance(quantity, int):
        return f"{quantity:,}"
    return _trimmed(_written(quantity, figures)) if quantity else "0"


def epoch(at: float) -> str:
    """A number of epochs: ``"3.3"``, ``"0.67"``, ``"12"``."""
    return _trimmed(f"{at:,.1f}") if at >= 1 else number(at, 2)


def epochs(many: float) -> str:
    """A number of epochs with the noun: ``"3.3 epochs"``, ``"1 epoch"``."""
    told = epoch(many)
    return f"{told} epoch{'' if told == '1' else 's'}"


def plain(setting: object) -> str:
    """A drawn value, as it can be typed again: floats to four significant digits."""
    return number(setting, 4).replace(",", "") if isinstance(setting, float) else str(setting)


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: ``"1 trial"``, ``"2 trials"``; ``plural`` if it is not noun + s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def either(names: Iterable[str]) -> str:
    """Names to choose from: ``"tpe, gp or random"``."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def first_few(names: Sequence[object], most: int = 3) -> str:
    """The first names in quotation marks: ``"'a', 'b', 'c', …"``."""
    return ", ".join(map(repr, names[:most])) + (", …" if len(names) > most else "")


def one_line(text: str) -> str:
    """``text`` with line ends, control characters and marks of writing direction spelled out."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def lines(text: str) -> str:
    """``text`` as ``one_line`` gives it, but with its own line ends and tabs."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else one_line(each) for each in text
    )


def shortened(text: str, most: int) -> str:
    """``text`` cut to ``most`` characters by leaving out its middle.

    The end stays, since names that begin alike, such as paths, often differ there.
    """
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


def shell_word(text: str) -> str:
    """``text`` as a word of a command that somebody may copy into a shell."""
    return shlex.quote(one_line(text))


def csv_cell(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula; numbers stay as they are.

    A text that begins like a formula (``=``, ``+``, ``-``, ``@``, a tab or a line end) gets an
    apostrophe before it, as a person would type it.
    """
    if not _FORMULA.match(text) or _NO_FORMULA.fullmatch(text):
        return text
    return f"'{text}"


def plotly_text(text: str) -> str:
    """``text`` for Plotly, which would read tags and entities in it."""
    return one_line(text).translate(_PLOTLY)


def _written(quantity: float, figures: int) -> str:
    if not isfinite(quantity):
        return str(quantity)
    if not TINY <= abs(quantity) < HUGE:
        return f"{quantity:.{figures}g}"
    places = max(figures - 1 - floor(log10(abs(quantity))), 0)
    return f"{quantity:,.{places}f}"


def _trimmed(text: str) -> str:
    mantissa, power, exponent = text.partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa}{power}{exponent}"
