from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from table_files import flowers, load, write

from automl.core.data_types import Classes, Quantities
from automl.data import READERS


@pytest.fixture
def path(tmp_path):
    return write(flowers(), tmp_path / "flowers.csv")


def test_it_reads_what_the_table_kind_says():
    assert READERS["table"].kind == "table"


def test_a_table_becomes_rows_of_floats_and_class_ids(path):
    dataset = load(path, target="species")
    assert dataset.name == "flowers.csv"
    assert dataset.task == "tabular_classification"
    assert dataset.target == Classes(("iris", "rose", "🌹 وردة"))
    assert [len(part) for part in (dataset.train, dataset.validation, dataset.test)] == [42, 9, 9]
    for part in (dataset.train, dataset.validation, dataset.test):
        assert part.inputs.dtype == np.float32
        assert part.inputs.shape == (len(part), *dataset.encoding.raw_shape)
        assert part.inputs.flags.c_contiguous
        assert part.targets.dtype == np.int64
        assert set(part.targets.tolist()) == {0, 1, 2}


def test_numbers_are_predicted_in_their_own_units(path):
    dataset = load(path, target="height")
    assert dataset.task == "tabular_regression"
    train = dataset.train.targets
    assert train.shape == (len(dataset.train), 1, 1)
    assert train.dtype == np.float32
    assert isinstance(dataset.target, Quantities)
    assert dataset.target.names == ("height",)
    assert (train.mean(), train.std()) == pytest.approx((0, 1), abs=1e-5)
    heights = dataset.target.mean[0] + dataset.target.std[0] * train.ravel().astype(np.float64)
    assert set(heights.round(4)) <= set(pd.read_csv(path)["height"])
    assert sum(map(len, (dataset.train, dataset.validation, dataset.test))) == 60 - 9


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (["no", "yes"], ("no", "yes")),
        ([True, False], ("False", "True")),
        ([10, 9, 2], ("2", "9", "10")),
        ([1.0, 0.0], ("0", "1")),
        ([1, 0, None], ("0", "1")),
        (["b", "a", None], ("a", "b")),
        (["10", "9", "x"], ("10", "9", "x")),
        ([0.5, 1.5], None),
        (list(range(40)), None),
    ],
)
@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_what_is_a_class_and_what_a_number(values, labels, name, tmp_path):
    rows = 120
    frame = pd.DataFrame({"size": np.arange(rows) ** 0.5, "label": (values * rows)[:rows]})
    target = load(write(frame, tmp_path / name)).target
    assert (target.labels if isinstance(target, Classes) else None) == labels


@pytest.mark.parametrize(
    ("columns", "target"),
    [
        (["a", "Price", "z"], "Price"),
        (["y", "label", "a"], "label"),
        (["a", "y", "z"], "y"),
        (["a", "b", "c"], "c"),
    ],
)
def test_the_target_is_found_by_name_or_is_the_last_column(columns, target, tmp_path):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(30, 3)), columns=columns)
    assert load(write(frame, tmp_path / "t.csv")).target.names == (target,)
    assert load(tmp_path / "t.csv", target=columns[0]).target.names == (columns[0],)


def test_columns_can_be_dropped(path):
    dataset = load(path, target="species", drop="height, picked")
    assert [column.name for column in dataset.encoding.columns] == ["colour"]


@pytest.mark.parametrize("form", [None, "%d.%m.%Y", "%Y-%m-%dT%H:%M:%SZ"])
def test_by_time_the_latest_rows_are_held_out(form, tmp_path):
    random = np.random.default_rng(0)
    day = random.permutation(100)
    dates = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")
    when = dates.strftime(form) if form else day
    frame = pd.DataFrame({"noise": random.normal(size=100), "when": when, "day": day + 0.5})
    dataset = load(write(frame, tmp_path / "t.csv"), target="day", time="when")
    train, validation, test = (
        part.targets for part in (dataset.train, dataset.validation, dataset.test)
    )
    assert train.max() < validation.min()
    assert validation.max() < test.min()
    assert [column.name for column in dataset.encoding.columns] == ["noise"]


def test_a_group_stays_together(tmp_path):
    random = np.random.default_rng(0)
    patient = random.integers(0, 30, 300)
    frame = pd.DataFrame(
        {"noise": random.normal(size=300), "patient": patient, "age": patient + 20.5}
    )
    dataset = load(write(frame, tmp_path / "t.csv"), target="age", group="patient")
    ages = [set(part.targets.ravel()) for part in (dataset.train, dataset.validation, dataset.test)]
    assert not ages[0] & ages[1] | ages[0] & ages[2] | ages[1] & ages[2]
    assert [column.name for column in dataset.encoding.columns] == ["noise"]


def test_content_and_seed_decide_and_the_form_does_not(path, tmp_path):
    first, again, other = (load(path, seed, target="species") for seed in (3, 3, 4))
    parquet = load(write(flowers(), tmp_path / "flowers.parquet"), 3, target="species")
    assert first.fingerprint == again.fingerprint == parquet.fingerprint
    for dataset in (again, parquet):
        np.testing.assert_array_equal(dataset.test.inputs, first.test.inputs)
        np.testing.assert_array_equal(dataset.test.targets, first.test.targets)
    assert not np.array_equal(other.test.targets, first.test.targets)
    changed = write(flowers().replace({"colour": {"red": "reds"}}), tmp_path / "changed.csv")
    assert load(changed, 3, target="species").fingerprint != first.fingerprint
