"""``automl predict --output``: the columns of the input, and the answer beside them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from predicting import predict_files
from typer.testing import CliRunner

from automl.cli import app
from automl.core.errors import UserError
from automl.data.dataset import Dataset
from automl.export.bundle import Bundle

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]


def predict(bundle: Bundle, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["predict", str(bundle.folder), *map(str, arguments)])


def written(bundle: Bundle, *arguments: object) -> str:
    result = predict(bundle, *arguments)
    assert result.exit_code == 0, result.output or result.exception
    return result.stdout


def refused(bundle: Bundle, *arguments: object) -> str:
    result = predict(bundle, *arguments)
    assert isinstance(result.exception, UserError), result.output
    return str(result.exception)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class TestOutputTable:
    def test_a_csv_has_all_columns_and_the_number_in_full(
        self, bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
    ) -> None:
        file, bundle = data_of("table")[0], bundle_of("table_dense")
        output = tmp_path / "prices.csv"
        assert written(bundle, file, "--output", output) == f"{output}: 160 rows\n"
        before, after = rows_of(file), rows_of(output)
        assert list(after[0]) == ["size", "colour", "age", "price", "prediction"]
        assert [each["colour"] for each in after] == [each["colour"] for each in before]
        assert [each["price"] for each in after] == [each["price"] for each in before]
        expected = [
            each.prediction.values["price"][0] for each in predict_files(bundle.folder, [file])
        ]
        assert [float(each["prediction"]) for each in after] == expected
        assert list(tmp_path.iterdir()) == [output]

    def test_some_columns_are_kept_in_the_order_asked_for(
        self, bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
    ) -> None:
        output = tmp_path / "some.jsonl"
        arguments = (data_of("table")[0], "--output", output, "--keep", "age,size", "--json")
        told = json.loads(written(bundle_of("table_dense"), *arguments))
        first = json.loads(output.read_text().splitlines()[0])
        assert list(first) == ["age", "size", "prediction"]
        assert first["age"] is None  # missing in this row
        assert told == {"path": str(output), "rows": 160, "unread": 0, "first_error": ""}

    def test_parquet_has_types(self, bundle_of: BundleOf, data_of: DataOf, tmp_path: Path) -> None:
        pandas = pytest.importorskip("pandas")
        pytest.importorskip("pyarrow")
        output = tmp_path / "prices.parquet"
        written(bundle_of("table_dense"), data_of("table")[0], "--output", output)
        frame = pandas.read_parquet(output)
        assert dict(frame.dtypes.astype(str))["prediction"] == "float64"
        assert frame["age"].isna().sum() == 32

    def test_a_row_that_cannot_be_read_keeps_its_place(
        self, bundle_of: BundleOf, tmp_path: Path
    ) -> None:
        file, output = tmp_path / "new.jsonl", tmp_path / "out.csv"
        rows = [{"id": "007", "size": 3, "colour": "red", "age": 4}, {"id": "=1+1", "size": "wide"}]
        file.write_text(
            "".join(json.dumps({"colour": "red", "age": 1, **row}) + "\n" for row in rows)
        )
        said = written(bundle_of("table_dense"), file, "--output", output)
        first, second = rows_of(output)
        assert (first["id"], second["id"]) == ("007", "'=1+1")
        assert float(first["prediction"]) > 0
        assert second["prediction"] == ""
        assert "1 input could not be read, the first:" in said
        assert "row 2" in said

    def test_cells_are_as_they_were_written(self, bundle_of: BundleOf, tmp_path: Path) -> None:
        file, output = tmp_path / "new.csv", tmp_path / "out.csv"
        file.write_text('id,size,colour,age\n0042,"3,000.50",red,?\n0043,"1,000.00",blue,n/a\n')
        written(bundle_of("table_dense"), file, "--output", output)
        first = rows_of(output)[0]
        assert [first[name] for name in ("id", "size", "age")] == ["0042", "3,000.50", "?"]
        typed = tmp_path / "out.jsonl"
        written(bundle_of("table_dense"), file, "--output", typed)
        record = json.loads(typed.read_text().splitlines()[0])
        assert (record["id"], record["size"], record["age"]) == ("0042", 3000.5, None)

    def test_several_files_say_which_row_is_whose(
        self, bundle_of: BundleOf, tmp_path: Path
    ) -> None:
        files = [tmp_path / f"{name}.csv" for name in "ab"]
        for file in files:
            file.write_text("age,size,colour\n5,3,red\n")
        output = tmp_path / "both.csv"
        written(bundle_of("table_dense"), *files, "--output", output, "--keep", "input")
        assert [each["input"] for each in rows_of(output)] == [f"{file} row 1" for file in files]

    @pytest.mark.parametrize(
        ("flags", "told"),
        [
            (("--output", "p.xlsx"), "--output p.xlsx: the ending says the form, one of .csv"),
            (("--output", "new.csv"), "--output new.csv: there is such a file already"),
            (("--output", "no/p.csv"), "--output no/p.csv: there is no folder 'no'"),
            (("--output", "p.csv", "--keep", "colr"), "--keep colr: the input has no such column"),
            (("--keep", "age"), "--keep age needs a file to write the columns to"),
            (("--output", "p.csv", "--top-k", "2"), "the model predicts numbers (price)"),
        ],
    )
    def test_what_cannot_be_is_told_and_nothing_is_written(
        self,
        bundle_of: BundleOf,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        flags: tuple[str, ...],
        told: str,
    ) -> None:
        bundle = bundle_of("table_dense")
        monkeypatch.chdir(tmp_path)
        Path("new.csv").write_text("age,size,colour\n5,3,red\n")
        assert refused(bundle, "new.csv", *flags).startswith(told)
        assert [each.name for each in tmp_path.iterdir()] == ["new.csv"]
        assert Path("new.csv").read_text() == "age,size,colour\n5,3,red\n"

    def test_an_answer_never_takes_the_place_of_a_column(
        self, bundle_of: BundleOf, tmp_path: Path
    ) -> None:
        file, output = tmp_path / "new.csv", tmp_path / "out.csv"
        file.write_text("age,size,colour,prediction\n5,3,red,1\n")
        said = refused(bundle_of("table_dense"), file, "--output", output)
        assert said.startswith("the input has a column 'prediction', as the answer has")
        written(bundle_of("table_dense"), file, "--output", output, "--keep", "age")
        assert list(rows_of(output)[0]) == ["age", "prediction"]


def test_classes_have_the_probability_of_each(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
) -> None:
    output = tmp_path / "out.csv"
    written(bundle_of("text_conv"), data_of("text")[0], "--output", output)
    first = rows_of(output)[0]
    assert list(first) == ["text", "label", "prediction", "probability", "p(bad)", "p(good)"]
    assert float(first["p(bad)"]) + float(first["p(good)"]) == pytest.approx(1)
    assert float(first["probability"]) == max(float(first["p(bad)"]), float(first["p(good)"]))


def test_images_are_called_by_their_files(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
) -> None:
    folder, _ = data_of("images")
    output = tmp_path / "out.csv"
    written(bundle_of("image_cnn"), folder / "dark", "--output", output, "--top-k", 1)
    rows = rows_of(output)
    assert list(rows[0]) == ["input", "prediction", "probability"]
    assert [each["input"] for each in rows] == sorted(map(str, (folder / "dark").iterdir()))


def test_a_forecast_is_a_row_a_step(bundle_of: BundleOf, data_of: DataOf, tmp_path: Path) -> None:
    output, bundle = tmp_path / "out.csv", bundle_of("forecast_temporal_conv")
    written(bundle, data_of("forecast")[0], "--output", output)
    rows = rows_of(output)
    steps = bundle.facts.target.steps
    assert len(rows) == steps > 1
    assert list(rows[0]) == ["time", "prediction load", "prediction heat"]
    assert [each["time"] for each in rows[:2]] == ["2021-02-04", "2021-02-05"]
    assert all(1_990_000 < float(each["prediction load"]) < 2_010_000 for each in rows)
