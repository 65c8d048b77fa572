"""Predicting what Python holds gives what predicting the file of it gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from automl import api
from automl.core.errors import DataError, UserError
from automl.data.dataset import Dataset
from automl.data.tables.reader import frame_rows
from automl.export.bundle import Bundle

DataOf = Callable[[str], tuple[Path, Dataset]]
BundleOf = Callable[[str], Bundle]


def answers(bundle: Bundle, given: Any) -> pd.DataFrame:
    return api.answers(str(bundle.folder), given)


def test_a_frame_and_its_dicts_are_as_its_file(bundle_of: BundleOf, data_of: DataOf) -> None:
    bundle, file = bundle_of("table_dense"), data_of("table")[0]
    expected = answers(bundle, str(file))["prediction"]
    frame = pd.read_csv(file).set_axis(range(500, 660), axis="index")
    found = answers(bundle, frame)
    assert list(found.columns) == ["prediction"]
    np.testing.assert_array_equal(found.index, frame.index)
    np.testing.assert_allclose(found["prediction"], expected, rtol=1e-6)
    dicts = frame.head(3).to_dict("records")
    np.testing.assert_allclose(answers(bundle, dicts)["prediction"], expected[:3], rtol=1e-6)
    np.testing.assert_allclose(answers(bundle, dicts[1])["prediction"], expected[1], rtol=1e-6)


def test_texts_are_as_rows_of_a_table(bundle_of: BundleOf) -> None:
    bundle = bundle_of("text_conv")
    texts = ["well made", "weak and dull", ""]
    found = answers(bundle, texts)
    assert list(found.columns) == ["prediction", "probability", "p(bad)", "p(good)", "error"]
    assert found["error"][2].endswith("there is no text in it")
    np.testing.assert_allclose(found["p(bad)"][:2] + found["p(good)"][:2], 1, rtol=1e-5)
    for other in (pd.Series(texts), np.array(texts), [{"text": each} for each in texts]):
        pd.testing.assert_frame_equal(answers(bundle, other), found, check_dtype=False)


def test_pictures_are_as_their_files(bundle_of: BundleOf, data_of: DataOf) -> None:
    bundle, folder = bundle_of("image_cnn"), data_of("images")[0]
    files = sorted(folder.rglob("*.png"))[:3]
    pictures = [Image.open(file).convert("RGB") for file in files]
    arrays = [np.asarray(picture) for picture in pictures]
    expected = answers(bundle, files)
    for given in (pictures, arrays, np.stack(arrays), [np.moveaxis(a, -1, 0) for a in arrays]):
        pd.testing.assert_frame_equal(answers(bundle, given), expected)


def test_series_are_as_their_file(bundle_of: BundleOf, data_of: DataOf) -> None:
    bundle, file = bundle_of("series_gru"), data_of("series")[0]
    values = pd.read_csv(file).drop(columns="label").to_numpy()
    expected = answers(bundle, str(file))["p(fast)"]
    for given in (values, list(values), values[:, :, None]):
        np.testing.assert_allclose(answers(bundle, given)["p(fast)"], expected, rtol=1e-4)


def test_a_forecast_of_a_frame_with_dates_as_its_index(
    bundle_of: BundleOf, data_of: DataOf
) -> None:
    bundle, file = bundle_of("forecast_temporal_conv"), data_of("forecast")[0]
    frame = pd.read_csv(file, parse_dates=["date"], index_col="date")
    pd.testing.assert_frame_equal(answers(bundle, frame), answers(bundle, str(file)))


@pytest.mark.parametrize(
    ("case", "given", "told"),
    [
        ("table_dense", [1.0, 2.0], "cannot predict float: a model of rows takes paths of files"),
        ("table_dense", [], "cannot predict nothing: a model of rows takes"),
        ("table_dense", pd.DataFrame({"size": [1], "color": ["red"], "age": [2]}), "'color'"),
        ("text_conv", [{"txt": "fine"}], "there is no 'text', which holds the text"),
        ("image_cnn", [np.zeros((4, 4))], "an array of float64 with 4 × 4 is not an image"),
        ("series_gru", ["nothing.csv"], "there is no file or folder 'nothing.csv'"),
    ],
)
def test_what_a_model_does_not_take_is_told(
    bundle_of: BundleOf, case: str, given: Any, told: str
) -> None:
    with pytest.raises(UserError, match=told.replace("(", r"\(")):
        answers(bundle_of(case), given)


def test_a_row_that_cannot_be_read_has_no_answer(bundle_of: BundleOf) -> None:
    rows = [{"size": 3.0, "colour": "red", "age": 2}, {"size": "wide", "colour": "red", "age": 2}]
    found = answers(bundle_of("table_dense"), rows)
    assert found["prediction"].notna().tolist() == [True, False]
    assert found["error"].str.contains("size").tolist() == [False, True]
    with pytest.raises(DataError, match="none of the inputs could be read"):
        answers(bundle_of("table_dense"), rows[1:])


def test_rows_keep_what_names_them() -> None:
    numbered = pd.DataFrame({"a": [1, None]}, index=[7, 3])
    assert list(frame_rows(numbered)) == [{"a": 1.0}, {"a": None}]
    named = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="id"))
    assert list(frame_rows(named)) == [{"id": "x", "a": 1}]
