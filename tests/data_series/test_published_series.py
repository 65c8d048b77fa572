from __future__ import annotations

import numpy as np
import pytest
from published_data import publish
from published_data.series import ts_rows, write_beijing, write_ts
from series_files import silent

from automl.core.errors import DataError
from automl.data import DATASETS

SERIES = ("beijing_pm25", "co2", "sunspots", "arrow_head", "gun_point", "italy_power_demand")


@pytest.fixture
def fetched(tmp_path, monkeypatch) -> None:
    """Every published series, small, where it is looked for."""
    publish(tmp_path / "data root", monkeypatch, SERIES)


def lengths(dataset) -> tuple[int, int]:
    return dataset.encoding.length, dataset.target.steps


@pytest.mark.usefixtures("fetched")
class TestPublished:
    """What is known of each."""

    def test_beijing_forecasts_the_dust_from_the_weather(self):
        dataset = DATASETS["beijing_pm25"]().load("beijing_pm25", 0, silent)
        assert dataset.target.names == ("pm2.5",)
        assert lengths(dataset) == (72, 24)
        assert dataset.encoding.content.time.names == ("year", "month", "day", "hour")
        variables = dataset.encoding.content.variables
        assert variables[:2] == ("pm2.5", "DEWP")
        assert {"cbwd NW", "cbwd cv", "day sine"} <= set(variables)
        assert "No" not in variables

    def test_beijing_predicts_from_a_file_like_its_own(self, tmp_path):
        dataset = DATASETS["beijing_pm25"]().load("beijing_pm25", 0, silent)
        (reading,) = dataset.encoding.read(write_beijing(tmp_path, 200))
        assert reading.value.shape == dataset.encoding.shape
        assert "windows" in dataset.describe()

    def test_co2_is_weekly(self):
        dataset = DATASETS["co2"]().load("co2", 0, silent)
        assert lengths(dataset) == (104, 26)
        assert any("'co2' 6" in note for note in dataset.notes)

    def test_sunspots_repeat_with_the_sun(self):
        dataset = DATASETS["sunspots"]().load("sunspots", 0, silent)
        assert lengths(dataset) == (33, 11)

    def test_a_published_test_split_stays_and_a_third_of_a_small_set_validates(self):
        dataset = DATASETS["gun_point"]().load("gun_point", 0, silent)
        assert [len(s) for s in (dataset.train, dataset.validation, dataset.test)] == [12, 6, 10]
        assert any("validation is 6 of the 18 train series" in note for note in dataset.notes)
        assert "series" in dataset.describe()

    def test_it_is_split_alike_in_every_study(self):
        one, two = (DATASETS["gun_point"]().load("gun_point", seed, silent) for seed in (0, 1))
        np.testing.assert_array_equal(one.validation.inputs, two.validation.inputs)

    def test_options_can_be_set(self):
        source = DATASETS["beijing_pm25"].model_validate({"history": 24, "target": "TEMP"})
        dataset = source.load("beijing_pm25", 0, silent)
        assert dataset.encoding.length == 24
        assert dataset.target.names == ("TEMP",)

    def test_an_error_names_the_dataset(self):
        with pytest.raises(DataError, match=r"^co2: the series is too short"):
            DATASETS["co2"].model_validate({"history": 1000}).load("co2", 0, silent)


def test_the_large_sets_of_the_archive_validate_on_15_percent(tmp_path):
    write_ts(tmp_path / "GunPoint_TRAIN.ts", ts_rows(2, 100, 4))
    write_ts(tmp_path / "GunPoint_TEST.ts", ts_rows(2, 3, 4, seed=1))
    dataset = DATASETS["gun_point"]().read("gun_point", tmp_path)
    assert [len(split) for split in (dataset.train, dataset.validation)] == [170, 30]
    assert dataset.notes == ()
