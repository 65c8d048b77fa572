"""Text with a row a line, as programs and people write it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.data.cells.characters import UnreadableCells
from automl.data.cells.delimited import read_cells
from automl.data.tables.type_inference import read_columns

SUBHEADERS = "Price,Close,Volume\nTicker,XYZ,XYZ\nDate,,\n" + "".join(
    f"2024-01-{day:02d},{day}.5,{day}000\n" for day in range(1, 29)
)


def table(text: str) -> dict[str, list[str]]:
    cells = read_cells(text)
    return {name: list(column) for name, column in zip(cells.names, cells.columns, strict=True)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,x\n2,y\n", {"a": ["1", "2"], "b": ["x", "y"]}),
        ("a|b\n1|x,y\n", {"a": ["1"], "b": ["x,y"]}),
        ("a;b;c\n1,5;2,5;3\n1;2;3,5\n", {"a": ["1,5", "1"], "b": ["2,5", "2"], "c": ["3", "3,5"]}),
        (
            "text;label, or so\none, two, three;x\nfour;y\n",
            {"text": ["one, two, three", "four"], "label, or so": ["x", "y"]},
        ),
        ("sep=;\na;b\n1;2,5\n", {"a": ["1"], "b": ["2,5"]}),
        ('"sep=|"\r\na|b\r\n1|2\r\n', {"a": ["1"], "b": ["2"]}),
        ("# made by a logger\n# twice\na,b\n1,2\n", {"a": ["1"], "b": ["2"]}),
        ("# a,b\n1,2\n3,4\n", {"a": ["1", "3"], "b": ["2", "4"]}),
        ("#,name\n1,bob\n2,eve\n", {"#": ["1", "2"], "name": ["bob", "eve"]}),
        (
            "Sales of 2024\n\na,b,c\n1,2,x\n3,4,y\n",
            {"a": ["1", "3"], "b": ["2", "4"], "c": ["x", "y"]},
        ),
        ("Sales,,\n,,\na,b,c\n1,2,x\n3,4,y\n", {"a": ["1", "3"], "b": ["2", "4"], "c": ["x", "y"]}),
        (",a\n7,5\n8,6\n", {"column 1": ["7", "8"], "a": ["5", "6"]}),
        ("v1,v2,,\nham,hi,,\nspam,win,,\n", {"v1": ["ham", "spam"], "v2": ["hi", "win"]}),
        ("a,b\n1,2,\n3,4,\n", {"a": ["1", "3"], "b": ["2", "4"]}),
        (
            "a,b\none\u2028two,x\nthree\x85four\x0b,y\n",
            {"a": ["one\u2028two", "three\x85four"], "b": ["x", "y"]},
        ),
        ("a,b\none\rtwo,x\nthree,y\n", {"a": ["one two", "three"], "b": ["x", "y"]}),
        ("a,b\r1,x\r2,y\r", {"a": ["1", "2"], "b": ["x", "y"]}),
        ('a,b\r\n"1\r\n2",x\r\n', {"a": ["1\r\n2"], "b": ["x"]}),
        (
            'a\tb\nx\t"open\ny\t"shut"\nz\tsix" wide\n',
            {"a": ["x", "y", "z"], "b": ['"open', "shut", 'six" wide']},
        ),
        ('a\tb\nx\t"two\nlines"\ny\tone\n', {"a": ["x", "y"], "b": ["two\nlines", "one"]}),
        (" a , b \n 1 , x \n", {"a": ["1"], "b": ["x"]}),
    ],
)
def test_the_cells_of_a_text(text: str, expected: dict[str, list[str]]) -> None:
    assert table(text) == expected


def test_further_rows_below_the_header_are_no_data() -> None:
    cells = read_cells(SUBHEADERS)
    assert cells.names == ("Date", "Close", "Volume")
    assert [column[0] for column in cells.columns] == ["2024-01-01", "1.5", "1000"]
    assert cells.notes == ("skipped 2 lines below the header that are no data: 'Ticker, XYZ, XYZ'",)


def test_units_below_the_header_are_no_data_but_a_marker_is() -> None:
    rows = "".join(f"{at},{at / 7:.2f},{'ab'[at % 2]}\n" for at in range(20))
    assert len(read_cells(f"t,mass,kind\ns,kg,\n{rows}").columns[0]) == 20
    assert len(read_cells(f"t,mass,kind\n1,?,a\n{rows}").columns[0]) == 21
    short = "".join(f"{at / 7:.2f},{'ab'[at % 2]}\n" for at in range(20))
    assert len(read_cells(f"mass,kind\nheavy,a\n{short}").columns[0]) == 21


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# by a logger\na,b\n1,2\n", "skipped a line of comments above"),
        ("Sales\na,b\n1,2\n3,4\n", "skipped a line above the header, the first: 'Sales'"),
        ("v1,\nx,\ny,\n", "left out a column without a name, with nothing in it"),
        ('a\tb\nx\t"open\ny\tz\n', 'a double quote (") opens in line 2 and does not close there'),
    ],
)
def test_what_is_skipped_is_told(text: str, told: str) -> None:
    (note,) = read_cells(text).notes
    assert told in note


@given(st.text(alphabet="ab1.,;\t|\"'# \n\r\u2028$%-=", max_size=60))
@settings(max_examples=200)
def test_any_text_is_read_or_refused_in_a_line(text: str) -> None:
    try:
        cells = read_cells(text)
    except UnreadableCells:
        return
    assert len(set(map(len, cells.columns))) == 1
    assert len(set(cells.names)) == len(cells.names) == len(cells.columns)
    assert len(read_columns(cells.columns, cells.delimiter)) == len(cells.columns)


@pytest.mark.parametrize("text", ['[{"a": 1}]', '{"a": 1}\n{"a": 2}\n'])
def test_json_is_called_so(text: str) -> None:
    with pytest.raises(UnreadableCells, match="this is JSON"):
        read_cells(text)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("a,b\n1,2\n3,4,5\n", 3, "the header has 2 fields, but this row 3"),
        ('a,b\n"1\n",2\n3\n', 4, "the header has 2 fields, but this row 1"),
        ('a,b\n1,"x\n2,3\n', 2, "never closed"),
        ('a\n1\n"x\n2\n', 3, "never closed"),
        ("# one\n# two\na,b\n1,2\n3\n", 5, "header has 2 fields"),
        ("1,2\n3,4\n", 1, "(1, 2) looks like data"),
        ("a,b,a\n1,2,3\n", 1, "2 columns are named 'a'"),
        (" a ,a\n1,2\n", 1, "2 columns are named 'a'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, told: str) -> None:
    with pytest.raises(UnreadableCells) as error:
        read_cells(text)
    assert error.value.line == line
    assert told in str(error.value)
