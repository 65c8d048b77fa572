"""Numbers as the world writes them."""

from __future__ import annotations

import math

import pytest

from automl.data.cells.numbers import NumberFormat, read_known, read_numbers


def values(*cells: str, comma: bool | None = None) -> list[float] | None:
    numbers = read_numbers(cells, comma)
    return None if numbers is None else numbers.values


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1", "2.5", "-3e-3"), (1, 2.5, -0.003)),
        (("1,032.90", "147.40"), (1032.9, 147.4)),
        (("104.000,00", "5,5"), (104000, 5.5)),
        (("0,512", "1,234"), (0.512, 1.234)),  # no group of thousands begins with a zero
        (("1 234", "12 345,6"), (1234, 12345.6)),
        (("1\u202f234", "5\u00a0000"), (1234, 5000)),
        (("1'234.50", "3"), (1234.5, 3)),
        (("1\u2019234", "3"), (1234, 3)),
        (("12,34,567", "1,00,000"), (1234567, 100000)),
        (("$1,200", "$3.50"), (1200, 3.5)),
        (("€ 1.200,00", "3,5 €"), (1200, 3.5)),
        (("EUR 1,200.00", "EUR 5"), (1200, 5)),
        (("12 %", "13.5%"), (12, 13.5)),
        (("3 kg", "-2.45 kg"), (3, -2.45)),
        ((" 36 months", " 60 months"), (36, 60)),
        (("+5", "-3"), (5, -3)),
        (("\u22125", "3"), (-5, 3)),
        (("1,234.5-", "5"), (-1234.5, 5)),
        (("(1,234.00)", "5"), (-1234, 5)),
        (("($1,234.50)", "$2"), (-1234.5, 2)),
        (("-$5", "$-6", "$7"), (-5, -6, 7)),
        (("1e-3", "2E5"), (0.001, 200000)),
    ],
)
def test_one_format_for_a_column(cells: tuple[str, ...], expected: tuple[float, ...]) -> None:
    assert values(*cells) == list(expected)


@pytest.mark.parametrize(
    "cells",
    [
        ("007", "12"),
        ("01010", "10001"),
        ("0170 1234567", "0171 1234567"),
        ("+49 170 1234567", "+49 151 12345678"),
        ("A12", "A13"),
        ("12", "12a", "14"),
        ("3 kg", "300 g"),
        ("192.168.1.1", "10.0.0.1"),
        ("01.09.2005", "02.09.2005"),
        ("12:30", "1:20"),
        ("1_000", "2"),
        ("", "NaN", "-"),
        ("9" * 1_000_000 + "!", "5" + "a" * 1_000_000 + "1"),  # nor does it take long to say so
    ],
)
def test_these_are_no_numbers(cells: tuple[str, ...]) -> None:
    assert values(*cells) is None


@pytest.mark.parametrize(("good", "bad"), [(1498, 2), (29, 1), (9, 1), (97, 3)])
def test_a_few_texts_are_missing_and_counted(good: int, bad: int) -> None:
    numbers = read_numbers([*["1.5"] * good, *["see note"] * bad])
    assert numbers is not None
    assert numbers.odd == {"see note": bad}
    assert sum(map(math.isnan, numbers.values)) == bad


def test_many_texts_are_no_numbers() -> None:
    assert read_numbers([*["1.5"] * 80, *["see note"] * 20]) is None


def test_markers_are_missing_however_many_there_are() -> None:
    words = ["?", "n/a", "NA", "-", "#N/A", "null", "--", "..", " ", "None", "#NV", "NaN", ""]
    numbers = read_numbers([*words, "1,5", "2,25"])
    assert numbers is not None
    assert numbers.values[-2:] == [1.5, 2.25]
    assert sum(map(math.isnan, numbers.values)) == len(words)
    assert numbers.odd == {}


def test_a_doubt_is_told_and_settled_by_the_other_columns() -> None:
    numbers = read_numbers(["1,234", "2,345"])
    assert numbers is not None
    assert (numbers.values, numbers.doubt) == ([1234, 2345], NumberFormat(","))
    assert values("1,234", "2,345", comma=True) == [1.234, 2.345]
    assert values("1.234", "2.345", comma=True) == [1234, 2345]
    assert values("1.234", "2.345") == [1.234, 2.345]


def test_a_known_format_goes_first() -> None:
    comma = NumberFormat(",")
    assert read_known(["1,234"], comma).values == [1.234]
    assert read_known(["5,25", "3"], NumberFormat()).values == [5.25, 3]
    unsure = read_known(["1,234"], NumberFormat())
    assert math.isnan(unsure.values[0])
    assert unsure.odd == {"1,234": 1}
