from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch
from series_files import hourly, inputs_of, load_forecast, silent, targets_of

from automl.data.series.forecast import SeriesFile
from automl.tasks.regression import Forecasting


def daily(values, **columns) -> pd.DataFrame:
    days = pd.date_range("2023-01-01", periods=len(values)).astype(str)
    return pd.DataFrame({"date": days, "sales": values, **columns})


def test_one_variable_is_forecast_with_what_the_calendar_says(tmp_path):
    values = np.sin(np.arange(300.0))
    dataset = load_forecast(daily(values), tmp_path)
    assert dataset.name == "series"
    assert dataset.task == "forecasting"
    assert dataset.encoding.shape == (21, 3)
    assert dataset.encoding.content.variables == ("sales", "week sine", "week cosine")
    assert (dataset.target.names, dataset.target.steps) == (("sales",), 7)
    np.testing.assert_allclose(inputs_of(dataset, "train")[0, :, 0], values[:21], atol=1e-6)
    np.testing.assert_allclose(targets_of(dataset, "train")[0, :, 0], values[21:28], atol=1e-6)
    np.testing.assert_allclose(targets_of(dataset, "test")[-1, :, 0], values[-7:], atol=1e-6)
    assert dataset.notes == ()
    assert dataset.encoding.season == 7


@pytest.mark.parametrize(("steps", "history", "horizon"), [(30, 9, 2), (10, 3, 1), (60, 21, 7)])
def test_a_short_series_has_shorter_windows(steps, history, horizon, tmp_path):
    dataset = load_forecast(daily(np.sin(np.arange(float(steps)))), tmp_path)
    assert (dataset.encoding.raw_shape[0], dataset.target.steps) == (history, horizon)


@pytest.mark.parametrize(
    ("frequency", "history", "horizon"),
    [
        ("h", 72, 24),
        ("D", 21, 7),
        ("7D", 104, 26),
        ("MS", 36, 12),
        ("YS", 12, 4),
        ("10min", 104, 26),
    ],
)
def test_lengths_follow_from_the_frequency(tmp_path, frequency, history, horizon):
    times = pd.date_range("1800-01-01", periods=300, freq=frequency).astype(str)
    frame = pd.DataFrame({"date": times, "a": np.random.default_rng(0).random(300)})
    dataset = load_forecast(frame, tmp_path)
    assert (dataset.encoding.length, dataset.target.steps) == (history, horizon)


def test_lengths_can_be_given(tmp_path):
    dataset = load_forecast(hourly(), tmp_path, history=10, horizon=3, target="value")
    assert dataset.train.inputs.shape[1] == 10
    assert dataset.train.targets.shape[1:] == (3, 1)


@pytest.mark.parametrize(
    ("columns", "target", "names"),
    [
        ({}, None, ("load",)),
        ({}, "load, value", ("load", "value")),
        ({}, "load", ("load",)),
        ({"y": np.tile([0.0, 1.0], 200)}, None, ("y",)),
        ({"Target": np.arange(400)}, None, ("Target",)),
    ],
)
def test_what_is_forecast(tmp_path, columns, target, names):
    dataset = load_forecast(hourly(**columns), tmp_path, target=target)
    assert dataset.target.names == names
    assert dataset.encoding.content.numbers[: len(names)] == names
    told = any(note.startswith(f"forecasts {names[0]!r}; --target") for note in dataset.notes)
    assert told == (target is None)


def test_few_names_are_a_variable_each_and_what_tells_nothing_is_left_out(tmp_path):
    frame = hourly(
        wind=["north", "south"] * 200,
        row=np.arange(7, 407),
        same=[3] * 400,
        note=[f"text {i}" for i in range(400)],
        open=[True, False] * 200,
    )
    dataset = load_forecast(frame, tmp_path, target="value")
    assert dataset.encoding.content.variables == (
        *("value", "load", "open", "wind north", "wind south"),
        *("day sine", "day cosine"),
    )
    winds = inputs_of(dataset, "train")[..., 3:5].round(5)
    assert set(np.unique(winds)) == {0, 1}
    assert (winds.sum(axis=-1) == 1).all()
    assert (
        "left out 'row' (counts the rows), 'same' (constant), 'note' (280 different texts, more "
        "than 20)"
    ) in dataset.notes


def test_missing_inputs_are_filled_and_windows_without_target_left_out(tmp_path):
    frame = hourly()
    frame.loc[100:109, "load"] = np.nan
    frame.loc[50, "value"] = np.nan
    dataset = load_forecast(frame, tmp_path, target="value", history=5, horizon=2)
    assert any("'value' 1, 'load' 10" in note for note in dataset.notes)
    for split in (dataset.train, dataset.validation, dataset.test):
        assert np.isfinite(split.inputs).all()
    assert np.isnan(dataset.train.targets).sum() == 2  # of the two windows that hold that step
    windows = inputs_of(dataset, "train")
    window = next(each for each in windows if abs(each[0, 0] - frame["value"][101]) < 1e-5)
    np.testing.assert_allclose(window[:, 1], np.full(5, frame["load"][99]), rtol=1e-6)


def test_statistics_are_those_of_the_train_split(tmp_path):
    frame = hourly()
    one = load_forecast(frame, tmp_path, level="train", target="load")
    known = frame[["load", "value"]].iloc[:280]
    np.testing.assert_allclose(one.encoding.mean[:2], known.mean(), rtol=1e-5)
    spread = np.array(one.encoding.std) * one.encoding.spread
    np.testing.assert_allclose(spread[:2], known.std(ddof=0), rtol=1e-5)
    assert (one.target.mean, one.target.std) == (one.encoding.mean[:1], one.encoding.std[:1])
    frame.loc[280:, ["value", "load"]] *= 100
    other = load_forecast(frame, tmp_path, level="train", target="load")
    assert (other.encoding, other.target) == (one.encoding, one.target)


def test_a_level_that_drifts_is_measured_from_the_last_value(tmp_path):
    frame = hourly()
    one = load_forecast(frame, tmp_path, target="load")
    windows = inputs_of(one, "train")[..., :1]
    spread = one.encoding.std[0] * one.encoding.spread[0]
    np.testing.assert_allclose(spread, (windows - windows[:, -1:]).std(), 1e-4)
    frame["load"] += 1000
    other = load_forecast(frame, tmp_path, target="load")
    np.testing.assert_allclose(other.encoding.spread, one.encoding.spread, rtol=1e-3)


def test_losses_have_one_scale_whatever_a_model_sees(tmp_path):
    """That of the distance from the last known value, on the train split alone."""
    frame = hourly()
    drawn = [
        load_forecast(frame, tmp_path, target="load", level=level, history=history, horizon=3)
        for level in ("window", "train", "revin")
        for history in (5, 60)
    ]
    known = frame["load"].to_numpy()[:280]
    far = np.concatenate([known[ahead:] - known[:-ahead] for ahead in (1, 2, 3)])
    assert {each.target.std for each in drawn} == {drawn[0].target.std}
    np.testing.assert_allclose(drawn[0].target.std, far.std(), rtol=1e-6)


@pytest.mark.parametrize(
    ("level", "spread"), [(8e9, 10.0), (0.0, 1e-14), (1e30, 1e29), (3e37, 1e37), (0.0, 1e200)]
)
def test_any_level_and_spread_is_learned_from_and_measured(tmp_path, level, spread):
    wave = np.sin(np.arange(300.0) * 2 * np.pi / 7)
    dataset = load_forecast(daily(level + spread * wave), tmp_path)
    plain = load_forecast(daily(wave), tmp_path)
    np.testing.assert_allclose(dataset.train.inputs, plain.train.inputs, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(dataset.target.std[0], plain.target.std[0] * spread, rtol=1e-5)
    outputs, targets = (
        torch.from_numpy(each) for each in (plain.test.targets, dataset.test.targets)
    )
    off = Forecasting(dataset.target).measure(outputs + 1, targets)
    assert off["mae"] == pytest.approx(dataset.target.std[0], rel=1e-2)


def test_the_fingerprint_is_of_what_was_read(tmp_path):
    frame = hourly()
    one = load_forecast(frame, tmp_path)
    other = load_forecast(frame, tmp_path, history=9, horizon=2, target="load")
    assert other.fingerprint == one.fingerprint
    frame.loc[7, "load"] += 1
    assert load_forecast(frame, tmp_path).fingerprint != one.fingerprint


def test_the_order_of_the_rows_does_not_matter(tmp_path):
    frame = hourly()
    tidy, mixed = (
        load_forecast(frame, tmp_path),
        load_forecast(frame.sample(frac=1, random_state=0), tmp_path),
    )
    np.testing.assert_array_equal(mixed.test.inputs, tidy.test.inputs)
    assert any("sorted" in note for note in mixed.notes)


def test_a_table_without_times_is_taken_in_its_order(tmp_path):
    values = np.random.default_rng(0).random(200)
    dataset = load_forecast(pd.DataFrame({"a": values}), tmp_path)
    np.testing.assert_allclose(targets_of(dataset, "test")[-1, :, 0], values[-4:], rtol=1e-5)
    assert dataset.encoding.season == 1
    assert any("order of the file" in note for note in dataset.notes)


@pytest.mark.parametrize("suffix", [".tsv", ".jsonl", ".parquet"])
def test_other_formats_read_alike(tmp_path, suffix):
    frame, path = hourly(), tmp_path / f"series{suffix}"
    if suffix == ".parquet":
        frame.assign(when=pd.to_datetime(frame["when"])).to_parquet(path)
    elif suffix == ".tsv":
        frame.to_csv(path, sep="\t", index=False)
    else:
        frame.to_json(path, orient="records", lines=True)
    found = SeriesFile().load(str(path), 0, silent)
    np.testing.assert_allclose(
        found.test.inputs, load_forecast(frame, tmp_path).test.inputs, rtol=1e-6
    )


def test_a_date_that_stands_for_no_date_is_a_gap(tmp_path):
    frame = daily(np.sin(np.arange(300.0)))
    frame.loc[299, "date"] = "9999-12-31"
    (gap,) = load_forecast(frame, tmp_path).notes
    assert "after 1 of 300 rows the next is later than usual" in gap
