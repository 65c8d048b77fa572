from __future__ import annotations

import csv
import gzip
import lzma
import sys
import zipfile
from datetime import date

import openpyxl
import pandas as pd
import pytest
from table_files import flowers, write

from automl.core.errors import DataError, MissingPackage
from automl.data.tables.reader import SUFFIXES, open_table, read_table

NAMES = [*(f"t{suffix}" for suffix in SUFFIXES), "T.CSV", "t.csv.gz", "t.tab.xz", "t.jsonl.gz"]


def plain(frame: pd.DataFrame) -> dict[str, list[object]]:
    """Columns as lists, with None for what is missing: pandas 2 and 3 write that differently."""
    return frame.astype(object).where(frame.notna(), None).to_dict("list")


@pytest.mark.parametrize("name", NAMES)
def test_every_form_gives_the_same_table(name, tmp_path):
    frame = flowers()
    read = read_table(write(frame, tmp_path / name))
    assert plain(read) == plain(frame)
    assert pd.api.types.is_float_dtype(read["height"])
    assert read["species"].map(type).eq(str).all()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,x\n2,y\n", {"a": [1, 2], "b": ["x", "y"]}),
        ("\ufeffa,b\r\n1,x\r\n\r\n2,y", {"a": [1, 2], "b": ["x", "y"]}),
        ("a,b\r1,x\r2,y\r", {"a": [1, 2], "b": ["x", "y"]}),
        ("a; b\n1,5; x\n2; y\n", {"a": [1.5, 2.0], "b": ["x", "y"]}),
        ("a\tb\n1\tx, y\n", {"a": [1], "b": ["x, y"]}),
        ('a,b\n1,"two\nlines, ""quoted"""\n', {"a": [1], "b": ['two\nlines, "quoted"']}),
        ("a,b\n1,None\n2, x\n", {"a": [1, 2], "b": ["None", "x"]}),
        ("a\n1\n\n2\n", {"a": [1, 2]}),
        (",a\n7,5\n8,6\n", {"column 1": [7, 8], "a": [5, 6]}),
        ("label,0,1,2\nx,0,9,8\n", {"label": ["x"], "0": [0], "1": [9], "2": [8]}),
        ("a,b\n🌹,שלום\n", {"a": ["🌹"], "b": ["שלום"]}),
    ],
)
def test_csv_as_people_write_it(content, expected, tmp_path):
    (tmp_path / "t.csv").write_bytes(content.encode())
    assert read_table(tmp_path / "t.csv").to_dict("list") == expected


def test_what_is_missing(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\nNA,\n1,nan\n,x\n")
    assert read_table(tmp_path / "t.csv").isna().to_numpy().tolist() == [
        [True, True],
        [False, True],
        [True, False],
    ]
    (tmp_path / "t.jsonl").write_text('{"a": null, "b": "NA"}\n\n{"b": "007"}\n')
    frame = read_table(tmp_path / "t.jsonl")
    assert frame["a"].isna().all()
    assert frame["b"].tolist() == ["NA", "007"]


def test_a_text_of_a_million_characters(tmp_path):
    (tmp_path / "t.csv").write_text(f"text,label\n{' x' * 500_000},a\n")
    limit = csv.field_size_limit()
    assert len(read_table(tmp_path / "t.csv")["text"][0]) == 999_999
    assert csv.field_size_limit() == limit


WRONG = [
    ("t.csv", b"", ["the file is empty"]),
    ("t.csv", b"\n \n", ["the file is empty"]),
    ("t.csv", b"a,b\n", ["no rows"]),
    ("t.csv", b'a,b\n"1\n",2\n3\n', ["t.csv:4", "header has 2 fields", "this row 1"]),
    ("t.csv", b"a,b\n1,2\n3,4,5\n", ["t.csv:3", "header has 2 fields", "this row 3"]),
    ("t.csv", b'a,b\n1,"x\n2,3\n', ["double quote", "never closed"]),
    ("t.csv", b"a,b\nx,\x81\n", ["t.csv:2", "UTF-8", "byte 6 is 0x81", "--encoding"]),
    ("t.csv", b"\x89PNG\r\n\x1a\n\0", ["t.csv: this is a PNG image"]),
    ("t.csv", b"<!doctype html><title>404</title>", ["t.csv: this is a web page"]),
    ("t.csv", b"a,b\n\0,1\n", ["t.csv:2", "zero byte"]),
    ("t.csv", b"1,2\n3,4\n", ["t.csv:1", "(1, 2) looks like data", "add a row"]),
    ("t.csv", b"5.1,red\n4.9,blue\n", ["t.csv:1", "looks like data"]),
    ("t.csv", b"fine film,1\nbad film,0\nlovely,1\n", ["t.csv:1", "looks like data"]),
    ("t.csv", b"a,b,a\n1,2,3\n", ["t.csv:1", "2 columns are named 'a'"]),
    ("t.csv.gz", b"plain", ["damaged or not complete"]),
    ("t.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-3], ["damaged or not complete"]),
    ("t.tsv.xz", lzma.compress(b"a\tb\n1\t2\n")[:-3], ["damaged or not complete"]),
    ("t.jsonl", b'{"a": 1}\n\n{"a": }\n', ["t.jsonl:3", "not JSON"]),
    ("t.jsonl", b'{"a": 1}\n[1]\n', ["t.jsonl:2", "not an object"]),
    ("t.jsonl", b'{"a": "\\ud83d"}\n', ["t.jsonl:1", "surrogates"]),
    ("t.ndjson", b'{"a": ' + b"[" * 100_000, ["t.ndjson:1", "not JSON"]),
    ("t.parquet", b"PAR1 and no more", ["damaged, or not a Parquet file"]),
    ("t.parquet", b"", ["damaged, or not a Parquet file"]),
    ("t.xlsx", b"PK", ["damaged, or not an Excel workbook"]),
    ("t.xls", b"", [".csv", ".xlsx", ".gz"]),
    ("t", b"a,b\n", [".csv", ".parquet"]),
    ("t.parquet.gz", b"", [".csv", ".parquet"]),
]


@pytest.mark.parametrize(("name", "content", "told"), WRONG)
def test_what_is_wrong_is_told_with_file_and_line(name, content, told, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as error:
        read_table(tmp_path / name)
    line = str(error.value)
    assert "\n" not in line
    assert line.startswith(str(tmp_path / name))
    for words in told:
        assert words in line


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_no_file_and_a_folder(name, tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path / name)
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match="this is a folder"):
        read_table(tmp_path / name)


def test_a_workbook_whose_first_sheet_is_empty_and_whose_second_has_a_title(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.create_sheet("sales")
    for row in (["Sales"], [], ["day", "n", "code"], [date(2024, 1, 5), 7, "007"], [None, 2.5, ""]):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    table = open_table(tmp_path / "t.xlsx")
    assert plain(table.frame) == {
        "day": ["2024-01-05", None],
        "n": [7.0, 2.5],
        "code": ["007", None],
    }
    assert table.notes == (
        "read the sheet 'sales', and not 'Sheet'",
        "skipped a line above the header, the first: 'Sales'",
    )


def test_a_workbook_without_openpyxl_names_the_command(tmp_path, monkeypatch):
    write(flowers(), tmp_path / "t.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingPackage, match=r"pip install 'automl\[excel\]'"):
        read_table(tmp_path / "t.xlsx")


def test_a_workbook_that_would_fill_the_memory(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 101_000_000)
    with pytest.raises(DataError, match="could fill up the memory"):
        read_table(tmp_path / "t.xlsx")


def test_what_is_read_in_its_own_way_is_told(tmp_path):
    rows = "".join(
        f"{'?' if at == 3 else at};1.{at:03d},5;{['NA', 'EU', 'US'][at % 3]}\n" for at in range(12)
    )
    (tmp_path / "t.csv").write_text(f"sep=;\na;b;c\n{rows}")
    table = open_table(tmp_path / "t.csv")
    assert table.frame["b"].tolist() == [1000.5 + at for at in range(12)]
    assert table.frame["c"].tolist()[:3] == ["NA", "EU", "US"]
    assert table.notes == (
        "numbers are written as 1.234,5 in 'b'",
        "1 cell without a value: 'a' 1 (such as '?')",
        "'NA' counts as a value in 'c', whose others are codes too",
    )


def test_a_table_of_3000_columns_is_read_without_a_warning(tmp_path):
    names = ",".join(f"c{at}" for at in range(3000))
    rows = "\n".join(",".join(str(row * at % 7) for at in range(3000)) for row in range(1, 30))
    (tmp_path / "t.csv").write_text(f"{names}\n{rows}\n")
    assert read_table(tmp_path / "t.csv").shape == (29, 3000)


def test_parquet_without_pyarrow_names_the_command(tmp_path, monkeypatch):
    write(flowers(), tmp_path / "t.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingPackage, match=r"pip install 'automl\[parquet\]'"):
        read_table(tmp_path / "t.parquet")


def test_parquet_keeps_an_index_as_a_column(tmp_path):
    flowers().set_index("species").to_parquet(tmp_path / "t.parquet")
    assert "species" in read_table(tmp_path / "t.parquet").columns
