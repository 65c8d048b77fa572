"""Predicting what is larger than memory, or comes in a stream."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from predicting import predict_files

from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.data.encoding import Reading
from automl.export.bundle import Bundle
from automl.inference.inputs import read_file, read_stream, split_table
from automl.inference.predict import BATCH, Predictor

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]

cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8)


@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=30), most=st.integers(1, 60))
@settings(max_examples=40)
def test_the_chunks_of_a_table_are_its_rows(
    rows: list[tuple[str, str]], most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands between quotes: line ends, delimiters, quotes."""
    folder = tmp_path_factory.mktemp("chunks")
    table = [("first", "second"), *((f"x{one}", f"x{two}") for one, two in rows)]
    with (folder / "t.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(table)
    found = []
    for chunk in split_table(folder / "t.csv", folder, most):
        assert chunk.rows == len(found)
        _, header, *more = csv.reader(io.StringIO(chunk.path.read_text("utf-8"), newline=""))
        assert header == ["first", "second"]
        found += more
    assert [tuple(row) for row in found] == table[1:]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_table_in_chunks_is_as_one(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path, suffix: str
) -> None:
    source, _ = data_of("table")
    file = tmp_path / f"rows.{suffix}"
    if suffix == "csv":
        file.write_text(source.read_text("utf-8") + "\n\nlarge,red,5,1\n", "utf-8")
    else:
        import pandas as pd

        pd.read_csv(source).to_json(file, orient="records", lines=True)
    predictor = Predictor(bundle_of("table_dense").folder)
    whole = predict_files(predictor, [file])
    in_chunks = read_file(file, predictor.facts.encoding, chunk_bytes=500)
    assert list(predictor.stream(in_chunks)) == whole
    assert whole[-1].name.endswith(f"row {len(whole)}")


def test_the_chunks_of_a_table_know_what_stands_above_its_rows(tmp_path: Path) -> None:
    """A title, a line of units, semicolons, and quotes that open and do not close."""
    rows = "".join(f'{at}|six" {at}|"{"ab"[at % 2]}\n' for at in range(60))
    file = tmp_path / "t.csv"
    file.write_text(f"# made by hand\nSizes\nat|size|kind\nmm||\n{rows}", "utf-8")
    found = [chunk.path.read_text("utf-8").split("\n") for chunk in split_table(file, tmp_path, 90)]
    assert len(found) > 5
    assert all(lines[:2] == ["sep=|", "at|size|kind"] for lines in found)
    assert "\n".join(line for lines in found for line in lines[2:] if line) + "\n" == rows


def test_an_error_in_a_chunk_names_the_line_of_the_file(
    bundle_of: BundleOf, tmp_path: Path
) -> None:
    rows = ["a lovely film", "well made", "weak", "a dull film", "one,two", *["bright"] * 9]
    file = tmp_path / "new.csv"
    file.write_text("\n".join(["text", *rows]), "utf-8")
    predictor = Predictor(bundle_of("text_conv").folder)
    found = list(predictor.stream(read_file(file, predictor.facts.encoding, chunk_bytes=40)))
    (wrong,) = [each for each in found if each.error]
    assert wrong.error is not None
    assert wrong.error.startswith(f"{file}:6: the header has 1 fields")
    assert found[-1].prediction is not None


def test_no_more_is_read_than_is_asked_for(bundle_of: BundleOf, data_of: DataOf) -> None:
    _, data = data_of("table")
    taken = 0

    def endless() -> Iterator[Reading]:
        nonlocal taken
        while True:
            taken += 1
            yield Reading("row", data.test.inputs[0])

    found = Predictor(bundle_of("table_dense").folder).stream(endless())
    assert len(list(islice(found, 3))) == 3
    assert taken == BATCH


class TestStandardInput:
    def predict(self, bundle: Bundle, content: bytes) -> list[tuple[str, str | None]]:
        predictor = Predictor(bundle.folder)
        readings = read_stream(io.BytesIO(content), predictor.facts.encoding)
        return [(each.name, each.error) for each in predictor.stream(readings)]

    def test_a_line_is_a_text(self, bundle_of: BundleOf) -> None:
        found = self.predict(bundle_of("text_conv"), 'a "lovely" film\n\nweak, é'.encode())
        empty = "there is no text in it"
        assert found == [("- row 1", None), ("- row 2", empty), ("- row 3", None)]

    @pytest.mark.parametrize(
        "content",
        [
            "age,size,colour\n5,3,red\n,4,blue",
            "age\tsize\tcolour\n5\t3\tred\n\t4\tblue",
            '\n{"age": 5, "size": 3, "colour": "red"}\n{"size": 4, "colour": "blue"}\n',
        ],
    )
    def test_a_table_is_in_any_form(self, bundle_of: BundleOf, content: str) -> None:
        found = self.predict(bundle_of("table_dense"), content.encode())
        assert found == [("- row 1", None), ("- row 2", None)]

    def test_series_are_a_table_or_ts(self, bundle_of: BundleOf) -> None:
        steps = [str(each) for each in range(12)]
        header = ",".join(f"t{each}" for each in steps)
        table, ts = f"{header}\n{','.join(steps)}", f"@data\n{','.join(steps)}"
        for content in (table, ts):
            assert self.predict(bundle_of("series_gru"), content.encode()) == [("- row 1", None)]

    def test_a_picture_is_its_bytes(self, bundle: Bundle, data_of: DataOf) -> None:
        folder, _ = data_of("images")
        content = next(folder.rglob("*.png")).read_bytes()
        assert self.predict(bundle, content) == [("-", None)]
        ((name, error),) = self.predict(bundle, b"no picture")
        assert (name, error) == (
            "-",
            "cannot read image '-': it is not in a known image format",
        )

    @pytest.mark.parametrize(
        ("case", "content", "told"),
        [
            ("table_dense", b" \n", "nothing on standard input"),
            ("text_conv", b"", "nothing on standard input"),
            ("text_conv", b"fine\n\xff", "-:2: not UTF-8"),
        ],
    )
    def test_nothing_is_told(
        self, bundle_of: BundleOf, case: str, content: bytes, told: str
    ) -> None:
        with pytest.raises(DataError, match=told):
            self.predict(bundle_of(case), content)
