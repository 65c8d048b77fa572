from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from series_files import hourly, load_forecast, save

from automl.core.errors import DataError
from automl.data.series.variables import fill_forward

SERIES = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 30), st.integers(1, 3)),
    elements=st.one_of(st.just(np.nan), st.integers(-9, 9).map(float)),
)


@given(SERIES, st.data())
def test_nothing_is_filled_from_the_future(values, data):
    now = data.draw(st.integers(0, len(values) - 1))
    whole, known = fill_forward(values), fill_forward(values[: now + 1])
    np.testing.assert_array_equal(whole[: now + 1], known)
    assert np.isfinite(whole).all()
    there = ~np.isnan(values)
    np.testing.assert_array_equal(whole[there], values[there])


class TestWindowPrediction:
    """What the encoding makes of a user's file later."""

    FRAME = hourly(wind=["north", "south"] * 200)

    @pytest.fixture
    def encoding(self, tmp_path):
        return load_forecast(self.FRAME, tmp_path, target="value", history=8, horizon=3).encoding

    def read(self, encoding, frame: pd.DataFrame, folder):
        (reading,) = encoding.read(save(frame, folder / "new.csv"))
        assert reading.name == str(folder / "new.csv")
        return reading.value

    def test_the_latest_steps_are_read_as_in_training(self, encoding, tmp_path):
        dataset = load_forecast(self.FRAME, tmp_path, target="value", history=8, horizon=3)
        past = self.read(encoding, self.FRAME.iloc[:-3], tmp_path)
        assert past.dtype == np.float32
        assert past.shape == encoding.shape
        assert past.flags.c_contiguous
        np.testing.assert_array_equal(past, dataset.test.inputs[-1])

    def test_order_and_other_columns_do_not_matter(self, encoding, tmp_path):
        expected = self.read(encoding, self.FRAME, tmp_path)
        mixed = self.FRAME.sample(frac=1, random_state=1).assign(more=1)[
            ["more", "wind", "load", "value", "when"]
        ]
        np.testing.assert_array_equal(self.read(encoding, mixed, tmp_path), expected)

    def test_what_is_missing_is_filled_as_in_training(self, encoding, tmp_path):
        frame = self.FRAME.tail(10).reset_index(drop=True)
        frame.loc[7, "value"] = np.nan
        frame.loc[:4, "load"] = np.nan
        frame.loc[9, "wind"] = "a new wind"
        past = self.read(encoding, frame, tmp_path)
        assert past[5, 0] == past[4, 0]
        assert past[:3, 1].tolist() == [0, 0, 0]
        own = np.array(encoding.mean) + np.array(encoding.std) * past
        np.testing.assert_allclose(own[-1, 2:4], [0, 0], atol=1e-6)

    def test_yes_and_no_are_read_as_in_training(self, tmp_path):
        frame = hourly(open=[True, False, False, True] * 100)
        dataset = load_forecast(frame, tmp_path, target="value", history=8, horizon=3)
        past = self.read(dataset.encoding, frame.iloc[:-3], tmp_path)
        np.testing.assert_array_equal(past, dataset.test.inputs[-1])

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda frame: frame.tail(7), "7 rows, but a forecast needs the last 8"),
            (lambda frame: frame.drop(columns="load"), "no column 'load', which the model"),
            (lambda frame: frame.drop(columns="when"), "no column 'when', which says when"),
            (lambda frame: frame.assign(load="much"), "'much' in row 1"),
            (lambda frame: frame.assign(when="2024-01-01 00:00:00"), "have the time of another"),
        ],
    )
    def test_a_file_that_does_not_fit_is_told(self, encoding, tmp_path, change, message):
        with pytest.raises(DataError, match=message) as caught:
            self.read(encoding, change(self.FRAME), tmp_path)
        assert str(caught.value).startswith(str(tmp_path / "new.csv"))

    def test_years_may_lie_between_two_rows(self, encoding, tmp_path):
        late = self.FRAME.copy()
        late["when"] = late["when"].astype(str)
        late.loc[399, "when"] = "2999-01-01 00:00:00"
        past = self.read(encoding, late, tmp_path)
        np.testing.assert_array_equal(past[:-1, 0], np.full(7, past[0, 0]))

    def test_dates_end_with_the_year_9999(self, encoding, tmp_path):
        late = self.FRAME.copy()
        late["when"] = late["when"].astype(str)
        late.loc[399, "when"] = "9999-12-31 23:00:00"
        with pytest.raises(DataError, match="3 steps of 1 hour after 9999-12-31 23:00:00 is later"):
            self.read(encoding, late, tmp_path)
