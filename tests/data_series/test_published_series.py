from __future__ import annotations

import pickle

import numpy as np
import pytest
from series_files import (
    hourly,
    save,
    silent,
    ts_rows,
    write_beijing,
    write_co2,
    write_sunspots,
    write_ts,
    write_ucr,
)

from automl.core.errors import DataError
from automl.data import DATASETS
from automl.data.encodings import ENCODINGS
from automl.data.series import published, ucr
from automl.data.series.file import SeriesFile
from automl.data.series.labelled import LabelledSeries

FILES = {
    "beijing_pm25": write_beijing,
    "co2": write_co2,
    "sunspots": write_sunspots,
    "arrow_head": lambda folder: write_ucr(folder, "ArrowHead"),
    "gun_point": lambda folder: write_ucr(folder, "GunPoint"),
    "italy_power_demand": lambda folder: write_ucr(folder, "ItalyPowerDemand"),
}
OWN = ("a series file", "labelled series")


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """Every published series, small, where it would be fetched to."""

    def fetch(name, announce):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return FILES[name](folder)

    monkeypatch.setattr(published, "fetch", fetch)
    monkeypatch.setattr(ucr, "fetch", fetch)


@pytest.fixture(params=[*FILES, *OWN])
def source(request, fetched, tmp_path):
    """A source, and what the user calls it."""
    if request.param == "a series file":
        return SeriesFile(), str(save(hourly(), tmp_path / "hourly.csv"))
    if request.param == "labelled series":
        return LabelledSeries(), str(write_ts(tmp_path / "own.ts", ts_rows(3, 9, 12)))
    return DATASETS[request.param](), request.param


class TestSeriesContract:
    """What holds for every dataset of series."""

    @pytest.fixture
    def dataset(self, source):
        return source[0].load(source[1], 0, silent)

    def test_inputs_are_contiguous_finite_float32(self, dataset):
        for split in (dataset.train, dataset.validation, dataset.test):
            assert split.inputs.dtype == np.float32
            assert split.inputs.shape == (len(split), *dataset.encoding.raw_shape)
            assert split.inputs.flags.c_contiguous
            assert split.inputs.flags.writeable
            assert np.isfinite(split.inputs).all()
            assert len(split)

    def test_targets_are_as_the_target_says(self, dataset):
        for split in (dataset.train, dataset.validation, dataset.test):
            if dataset.task == "forecasting":
                shape = (len(split), dataset.target.steps, len(dataset.target.names))
                assert (split.targets.shape, split.targets.dtype) == (shape, np.float32)
                assert np.isfinite(split.targets).all()
            else:
                assert split.targets.dtype == np.int64
                assert set(split.targets.tolist()) == set(range(len(dataset.target.labels)))

    def test_the_source_says_what_it_holds(self, source, dataset):
        task = {"forecast": "forecasting", "series": "series_classification"}[source[0].kind]
        assert dataset.task == task

    def test_spreads_are_above_zero(self, dataset):
        assert len(dataset.encoding.mean) == len(dataset.encoding.std)
        assert all(std > 0 for std in dataset.encoding.std)
        if dataset.task == "forecasting":
            assert all(std > 0 for std in dataset.target.std)

    def test_the_encoding_travels(self, dataset):
        encoding = dataset.encoding
        assert ENCODINGS[encoding.kind] is type(encoding)
        copies = (
            type(encoding).model_validate(encoding.model_dump(mode="json")),
            pickle.loads(pickle.dumps(encoding)),
        )
        for copy in copies:
            assert copy == encoding
            assert copy.shape == encoding.shape
            assert copy.preprocessing == encoding.preprocessing

    def test_same_content_same_fingerprint(self, source, dataset):
        again = source[0].load(source[1], 0, silent)
        assert again.fingerprint == dataset.fingerprint
        assert len(dataset.fingerprint) == 64
        np.testing.assert_array_equal(again.test.inputs, dataset.test.inputs)

    def test_notes_are_lines_and_nothing_is_printed(self, dataset, capfd):
        assert all(note and "\n" not in note for note in dataset.notes)
        assert "\n" not in dataset.describe()
        assert capfd.readouterr() == ("", "")


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


def test_the_large_sets_of_the_archive_validate_on_15_percent(tmp_path, monkeypatch):
    monkeypatch.setattr(ucr, "fetch", lambda name, announce: tmp_path)
    write_ts(tmp_path / "GunPoint_TRAIN.ts", ts_rows(2, 100, 4))
    write_ts(tmp_path / "GunPoint_TEST.ts", ts_rows(2, 3, 4, seed=1))
    dataset = DATASETS["gun_point"]().load("gun_point", 0, silent)
    assert [len(split) for split in (dataset.train, dataset.validation)] == [170, 30]
    assert dataset.notes == ()
