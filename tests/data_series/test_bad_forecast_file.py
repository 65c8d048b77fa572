from __future__ import annotations

import pandas as pd
import pytest
from series_files import hourly, load_forecast, silent

from automl.core.errors import DataError
from automl.data.series.forecast import SeriesFile

WORDS = [f"word {i}" for i in range(400)]
BAD = {
    "no such target": (
        hourly(),
        {"target": "price"},
        "no column 'price' for --target; it has value, load",
    ),
    "no such time": (hourly(), {"time": "price"}, "no column 'price' for --time"),
    "a target of words": (hourly(word=WORDS), {"target": "word"}, "'word 0' in row 1.*a number"),
    "a constant target": (hourly(same=[3] * 400), {"target": "same"}, "'same' is always 3 in the"),
    "a constant y": (hourly(y=[3] * 400), {}, "target 'y' is always 3"),
    "an empty target": (hourly(gone=[None] * 400), {"target": "gone"}, "is always missing"),
    "no numbers": (pd.DataFrame({"date": hourly()["when"]}), {}, "nothing to forecast"),
    "too short": (
        hourly(60),
        {"history": 96},
        "too short: of its steps .42 train, 9 validation, 9 test.*96",
    ),
    "two rows": (hourly(2), {}, "cannot be split"),
    "one row": (hourly(1), {}, "cannot be split"),
    "a time twice": (
        pd.concat([hourly(), hourly(seed=1)]),
        {},
        "400 of 800 rows have the time of another.*--item names",
    ),
    "a target that ends early": (
        hourly(value=[float(i % 7) for i in range(300)] + [None] * 100),
        {"target": "value"},
        "in test, a target is missing in every stretch of 24",
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_forecast_is_told_in_a_line(tmp_path, bad):
    frame, options, message = BAD[bad]
    with pytest.raises(DataError, match=message) as caught:
        load_forecast(frame, tmp_path, **options)
    assert str(caught.value).startswith(str(tmp_path / "series.csv"))
    assert "\n" not in str(caught.value)


def test_a_row_is_named_by_its_place_in_the_file(tmp_path):
    frame = hourly(word=[*map(str, range(350)), *["much"] * 50])
    with pytest.raises(DataError, match=r"'much' in row 50"):
        load_forecast(frame.iloc[::-1], tmp_path, target="word", history=1, horizon=1)


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_a_file_that_is_not_there_is_told(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError):
        SeriesFile().load(name, 0, silent)
