"""Predicting from a user's files, whatever they hold, and showing it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from predicting import predict_files
from typer.testing import CliRunner

from automl.cli import app
from automl.core.errors import DataError
from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.inference.predict import Predictor
from automl.tasks.task import LabelPrediction, QuantityPrediction

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]


def test_a_text_does_not_depend_on_those_beside_it(bundle_of: BundleOf, tmp_path: Path) -> None:
    predictor = Predictor(bundle_of("text_lstm").folder)
    short, long = tmp_path / "short.txt", tmp_path / "long.txt"
    short.write_text("well made")
    long.write_text("slow and grey " * 20)
    alone, together = predict_files(predictor, [short]), predict_files(predictor, [long, short])
    assert isinstance(alone[0].prediction, LabelPrediction)
    assert isinstance(together[1].prediction, LabelPrediction)
    assert alone[0].prediction.probabilities == pytest.approx(
        together[1].prediction.probabilities, abs=1e-6
    )


def test_a_row_that_cannot_be_read_costs_only_itself(bundle_of: BundleOf, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text('text\nwell made\n" "\na dull film\n')
    first, empty, third = predict_files(bundle_of("text_conv").folder, [file])
    assert first.prediction is not None
    assert third.prediction is not None
    assert empty.prediction is None
    assert empty.error == "there is no text in it"
    assert "row 2" in empty.name


def test_a_file_that_cannot_be_read_costs_only_itself(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
) -> None:
    good, _ = data_of("table")
    bad = tmp_path / "bad.csv"
    bad.write_text("size,colour\n1,red\n")
    failed, *rows = predict_files(bundle_of("table_dense").folder, [bad, good])
    assert failed.name == str(bad)
    assert failed.error is not None
    assert "no column 'age'" in failed.error
    assert len(rows) == 160
    assert all(each.prediction for each in rows)


def test_a_category_that_training_did_not_have_is_predicted(
    bundle_of: BundleOf, tmp_path: Path
) -> None:
    file = tmp_path / "new.csv"
    file.write_text("age,size,colour\n,5,mauve\n3,5,red\n")
    unseen, seen = predict_files(bundle_of("table_dense").folder, [file])
    assert isinstance(unseen.prediction, QuantityPrediction)
    assert isinstance(seen.prediction, QuantityPrediction)
    for prediction in (unseen.prediction, seen.prediction):
        (price,) = prediction.values["price"]
        assert 100_000 < price < 1_000_000


def test_a_forecast_has_every_step_of_every_name(bundle_of: BundleOf, data_of: DataOf) -> None:
    file, data = data_of("forecast")
    (found,) = predict_files(bundle_of("forecast_temporal_conv").folder, [file])
    assert isinstance(found.prediction, QuantityPrediction)
    assert set(found.prediction.values) == {"load", "heat"}
    assert {len(steps) for steps in found.prediction.values.values()} == {data.target.steps}


def test_a_folder_stands_for_its_files(bundle_of: BundleOf, tmp_path: Path) -> None:
    for name in ("b.txt", "inner/a.txt", ".hidden/c.txt", "inner/.d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("well made")
    predictor = Predictor(bundle_of("text_conv").folder)
    names = [Path(each.name).name for each in predict_files(predictor, [tmp_path])]
    assert names == ["b.txt", "a.txt"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no texts in the folder"):
        predict_files(predictor, [tmp_path / "empty"])


class TestCommand:
    def run(self, *arguments: str) -> str:
        result = CliRunner().invoke(app, ["predict", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout  # what is slow says how far it is on standard error

    def test_labels(self, bundle_of: BundleOf, data_of: DataOf) -> None:
        file, _ = data_of("text")
        head, first, *_ = self.run(str(bundle_of("text_lstm").folder), str(file)).splitlines()
        assert head.split() == ["input", "label", "probability"]
        assert first.split()[-2] in {"good", "bad"}

    def test_quantities(self, bundle_of: BundleOf, data_of: DataOf) -> None:
        file, _ = data_of("forecast")
        folder = bundle_of("forecast_temporal_conv").folder
        head, *rows = self.run(str(folder), str(file)).splitlines()
        assert head.split() == ["input", "time", "load", "heat"]
        assert [row.split()[1] for row in rows] == [f"2021-02-{day:02}" for day in range(4, 11)]

    def test_errors_have_a_column(self, bundle_of: BundleOf, tmp_path: Path) -> None:
        (tmp_path / "new.csv").write_text('text\n" "\nwell made\n')
        folder = bundle_of("text_conv").folder
        head, bad, good = self.run(str(folder), str(tmp_path / "new.csv")).splitlines()
        assert head.split() == ["input", "label", "probability", "error"]
        assert bad.endswith("there is no text in it")
        assert good.endswith("-")

    def test_json_gives_everything(self, bundle_of: BundleOf, data_of: DataOf) -> None:
        file, _ = data_of("forecast")
        folder = bundle_of("forecast_temporal_conv").folder
        (found,) = json.loads(self.run(str(folder), str(file), "--json"))
        assert found["name"] == str(file)
        assert found["error"] is None
        assert {len(each) for each in found["prediction"]["values"].values()} == {7}
