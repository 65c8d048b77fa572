"""Missing values, names of columns, and spellings of one value, as files write them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

ALWAYS_MISSING = frozenset(
    {"", "n/a", "#n/a", "<na>", "#nv", "nan", "null", "#null!", "?", "(null)", "\\n"}
)
"""Missing in every column but one of free texts; capitals or not."""

MISSING_AMONG_NUMBERS = ALWAYS_MISSING | {
    *("na", "none", "nil", "nul", "void", "-", "--", "---", ".", "..", "...", "…", "–", "—", "−"),
    *("*", "**", "??", "???", "#div/0!", "#value!", "#ref!", "#name?", "#num!"),
    *("n.a.", "n.a", "n. a.", "na.", "n.d.", "nd", "n.v.", "k.a.", "k. a.", "s.o.", "s/o", "tbd"),
    *("missing", "unknown", "unk", "not available", "not applicable", "no data", "nodata"),
    *("undefined", "empty", "blank", "error", "err", "(missing)", "(blank)", "(empty)"),
    *("-nan", "+nan", "nan(ind)", "-nan(ind)", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan", "nat"),
}
"""Missing where the other cells are numbers or dates; capitals or not."""

USUAL_MISSING = frozenset({"", "NA", "N/A", "<NA>", "NaN", "nan", "NULL", "null"})
"""Missing in a column of free texts, written just so."""

LONG_TEXT = 30
"""Average number of characters above which texts count as free."""

_CODE = re.compile(r"[A-Z0-9]{1,5}")


def is_missing(cell: str) -> bool:
    """Whether a cell among numbers or dates stands for a missing value."""
    return cell.strip().casefold() in MISSING_AMONG_NUMBERS


def is_missing_text(cell: str, known: Collection[str]) -> bool:
    """Whether a cell of texts stands for a missing value, and is not one of the known values."""
    return cell not in known and (cell == "NA" or cell.strip().casefold() in ALWAYS_MISSING)


def missing_texts(different: Iterable[str]) -> frozenset[str]:
    """The values of a text column that stand for missing ones.

    ``NA`` is missing among words, but a value among codes such as ``EU`` (North America, Namibia).
    Among free texts, only the usual spellings are missing.

    Args:
        different: Different values of the column.
    """
    values = set(different)
    if sum(map(len, values)) > LONG_TEXT * len(values):
        return frozenset(values & USUAL_MISSING)
    found = {value for value in values if value.strip().casefold() in ALWAYS_MISSING}
    others = values - found - {"NA"}
    if "NA" in values and not is_code_column(others):
        found.add("NA")
    return frozenset(found)


def is_code_column(values: Iterable[str]) -> bool:
    """Whether all values are short codes in capitals and digits, at least one with letters."""
    codes = list(values)
    return any(not code.isdigit() for code in codes) and all(map(_CODE.fullmatch, codes))


UNNAMED = re.compile(r"column \d+|Unnamed: \d+")
"""Name that a column without one gets, here and in pandas."""


def name_columns(header: Iterable[str]) -> tuple[str, ...]:
    """The names of a header without spaces around them; an empty one becomes ``column 3``."""
    return tuple(name.strip() or f"column {at}" for at, name in enumerate(header, start=1))


def case_twins(values: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of values that differ only in capitals, each sorted: ``(("Yes", "yes"),)``."""
    groups: dict[str, list[str]] = {}
    for value in values:
        groups.setdefault(value.casefold(), []).append(value)
    return tuple(tuple(sorted(group)) for group in groups.values() if len(group) > 1)


def case_twin_notes(labels: Iterable[str]) -> tuple[str, ...]:
    """A note on classes that differ only in capitals, and may be meant as one."""
    alike = [" and ".join(map(repr, twins)) for twins in case_twins(labels)]
    return (f"classes that differ only in capitals: {'; '.join(alike)}",) if alike else ()


def spellings(value: str) -> Iterator[str]:
    """A value as it is, then its other spellings: 7 for 7.0; True, true and TRUE for each other."""
    yield value
    if value.endswith(".0") and value[:-2].lstrip("-").isdigit():
        yield value[:-2]
    if value.lower() in ("true", "false"):
        yield from (value.capitalize(), value.lower(), value.upper())
