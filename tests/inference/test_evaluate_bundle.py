"""Measuring a model on a user's data, and saying how honest the number is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from automl.core.errors import DataError, UnknownName, UserError
from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.inference.evaluate import BundleEvaluation, evaluate_bundle, evaluate_split

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]

CASES = {
    "image_cnn": "images",
    "text_conv": "text",
    "table_dense": "table",
    "series_gru": "series",
    "forecast_temporal_conv": "forecast",
}


def judged(bundle: Bundle, data: object, split: str | None = None) -> BundleEvaluation:
    return evaluate_bundle(bundle, str(data), split, None, 0, lambda line: None)


@pytest.mark.parametrize("case", ["text_conv", "table_dense", "forecast_temporal_conv"])
def test_of_its_training_data_the_test_split_is_meant(
    bundle_of: BundleOf, data_of: DataOf, case: str
) -> None:
    path, data = data_of(CASES[case])
    found = judged(bundle_of(case), path)
    assert found.trained_on
    assert found.split == "test"
    assert found.notes == ()
    assert found.evaluation == evaluate_split(bundle_of(case), data.test)


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "auroc"])
def test_one_metric_alone_is_measured_as_with_all_others(
    bundle_of: BundleOf, data_of: DataOf, metric: str
) -> None:
    _, data = data_of("images")
    alone = evaluate_split(bundle_of("image_cnn"), data.test, metric)
    assert alone.scores == (evaluate_split(bundle_of("image_cnn"), data.test).score(metric),)


@pytest.mark.parametrize("case", ["image_cnn", "series_gru"])
def test_what_was_trained_on_flatters(bundle_of: BundleOf, data_of: DataOf, case: str) -> None:
    path, _ = data_of(CASES[case])
    found = judged(bundle_of(case), path, "all")
    assert found.evaluation.examples == 160
    assert "only its test split is new to it" in found.notes[0]
    (note,) = judged(bundle_of(case), path, "validation").notes
    assert "the search chose the model by this split" in note


def test_splits_of_another_seed_are_not_taken_for_those_of_the_search(
    bundle_of: BundleOf, data_of: DataOf
) -> None:
    path, _ = data_of("table")
    found = evaluate_bundle(bundle_of("table_dense"), str(path), None, None, 1, lambda line: None)
    assert found.split == "all"
    assert "the splits are unknown" in found.notes[0]
    with pytest.raises(UserError, match="not those of the search"):
        evaluate_bundle(bundle_of("table_dense"), str(path), "test", None, 1, lambda line: None)


@pytest.mark.parametrize("case", ["text_conv", "table_dense", "series_gru"])
def test_new_rows_are_measured_as_they_would_be_in_training(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path, case: str
) -> None:
    """Half of the file is another file; the mean loss over both halves is that over all."""
    path, _ = data_of(CASES[case])
    header, *rows = path.read_text("utf-8").splitlines()
    halves = []
    for number in range(2):
        half = tmp_path / f"{number}.csv"
        half.write_text("\n".join([header, *rows[number * 80 : number * 80 + 80]]), "utf-8")
        halves.append(judged(bundle_of(case), half))
    whole = judged(bundle_of(case), path, "all")
    assert [each.trained_on for each in halves] == [False, False]
    assert [each.evaluation.examples for each in halves] == [80, 80]
    losses = [each.evaluation.score("loss").value for each in (*halves, whole)]
    assert (losses[0] + losses[1]) / 2 == pytest.approx(losses[2], rel=1e-3)


def test_new_images_come_in_a_folder_for_each_class(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
) -> None:
    path, _ = data_of("images")
    for label, name in (("dark", "dark"), ("light", "bright")):
        for file in sorted((path / label).iterdir())[:3]:
            (tmp_path / name).mkdir(exist_ok=True)
            shutil.copy(file, tmp_path / name)
    (tmp_path / "dark" / "notes.txt").write_text("no image")
    found = judged(bundle_of("image_cnn"), tmp_path)
    assert found.evaluation.examples == 3
    assert found.left_out.unreadable == 1
    assert "notes.txt" in found.left_out.first_error
    assert found.left_out.unknown_labels == {"bright": 3}


def test_what_is_left_out_is_counted(bundle_of: BundleOf, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    rows = ["well made,good", "weak,bad", " ,bad", "slow,", "a film,fair", "bright,good"]
    file.write_text("\n".join(["text,label", *rows]), "utf-8")
    found = judged(bundle_of("text_conv"), file)
    assert found.evaluation.examples == 3
    assert str(found.left_out) == (
        f"1 could not be read, the first: {file} row 3: there is no text in it; 1 example without "
        "a target; 1 of labels that the model does not know: 'fair'"
    )


def test_windows_of_a_new_series_are_all_of_it(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
) -> None:
    path, data = data_of("forecast")
    lines = path.read_text("utf-8").splitlines()
    file = tmp_path / "later.csv"
    file.write_text("\n".join([lines[0], *lines[-60:]]), "utf-8")
    found = judged(bundle_of("forecast_temporal_conv"), file)
    assert found.evaluation.examples == 60 - data.encoding.length - data.target.steps + 1
    file.write_text("\n".join([lines[0], *lines[-20:]]), "utf-8")
    with pytest.raises(DataError, match="20 rows, but a window needs 21 steps"):
        judged(bundle_of("forecast_temporal_conv"), file)


def test_a_wrong_year_is_told_by_the_gap_before_it(
    bundle_of: BundleOf, data_of: DataOf, tmp_path: Path
) -> None:
    *lines, last = data_of("forecast")[0].read_text("utf-8").splitlines()
    file = tmp_path / "later.csv"
    file.write_text("\n".join([*lines, last.replace("2021", "9021", 1)]), "utf-8")
    with pytest.raises(DataError, match=r"the longest gap is from 2021-.* to 9021-") as caught:
        judged(bundle_of("forecast_temporal_conv"), file)
    assert str(caught.value).startswith(str(file))


def test_a_named_dataset_is_as_good_as_a_path(bundle: Bundle, digits: Dataset) -> None:
    found = judged(bundle, "digits")
    assert (found.trained_on, found.evaluation.examples) == (True, len(digits.test))
    with pytest.raises(DataError, match=r"takes 1×8×8, and not the 1×28×28"):
        judged(bundle, "fashion_mini")


@pytest.mark.parametrize(
    ("data", "split", "kind", "told"),
    [
        ("nowhere.csv", None, DataError, "no file or folder 'nowhere.csv'"),
        ("nowhere", None, UnknownName, "there is no file or folder .nowhere."),
        ("digits", "tset", UserError, "choose one of all, train, validation, test"),
    ],
)
def test_what_is_not_there_is_told(
    bundle: Bundle, data: str, split: str | None, kind: type[UserError], told: str
) -> None:
    with pytest.raises(kind, match=told):
        judged(bundle, data, split)


def test_a_column_that_cannot_be_told_is_asked_for(bundle_of: BundleOf, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("text,one,two\nwell made,good,bad\nweak,bad,good\n", "utf-8")
    with pytest.raises(DataError, match="name the one with the correct answers with --target"):
        judged(bundle_of("text_conv"), file)
    found = evaluate_bundle(bundle_of("text_conv"), str(file), None, "one", 0, lambda line: None)
    assert found.evaluation.examples == 2
