from __future__ import annotations

import json
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_files import flowers, load, write

from automl.core.errors import DataError
from automl.data.encodings import ENCODINGS
from automl.data.encodings.table import TableEncoding
from automl.data.tables.columns import CategoryColumn, NumberColumn
from automl.data.tables.roles import find_columns


def learn(frame: pd.DataFrame) -> TableEncoding:
    return TableEncoding.learn(find_columns(frame)[0], frame)


def numbers(encoding: TableEncoding) -> list[str]:
    return [f"{each.name} {getattr(each, 'part', '')}".strip() for each in encoding.numbers]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "flowers.csv"
    return load(write(flowers(), path), target="species")


def test_what_is_learned_of_each_column(dataset):
    encoding = dataset.encoding
    assert numbers(encoding) == [
        "height",
        "picked month",
        "picked day_of_week",
        "picked hour",
    ]
    assert [category.name for category in encoding.categories] == ["colour"]
    assert encoding.raw_shape == (5,)
    assert encoding.describe() == "4 numbers and 1 category"


def test_it_is_learned_from_train_alone():
    frame = pd.DataFrame({"size": [1.0, 2, 3, 4, 5, 900], "kind": [*"aaabbb"]})
    columns = find_columns(frame)[0]
    encoding = TableEncoding.learn(columns, frame[:3])
    assert encoding.numbers == (NumberColumn(name="size", center=2, scale=1),)
    assert encoding.categories == (CategoryColumn(name="kind", values=("a",)),)


@pytest.mark.parametrize(
    ("values", "center", "scale", "missing"),
    [
        ([0, 1, 2, 3, 4, 5.5], 2.5, 2.5, False),
        ([7.5, 7.5, 7.5, 7.5, 7.5, 8.5], 7.5, 0.5, False),
        ([1.5, None, 2.5, 2.5, 2.5, float("inf")], 2.5, 0.25, True),
    ],
)
def test_numbers_are_known_by_median_and_quartiles(values, center, scale, missing):
    (number,) = learn(pd.DataFrame({"size": values})).numbers
    assert number == NumberColumn(name="size", center=center, scale=scale, missing=missing)


def test_a_number_that_train_lacks_altogether():
    frame = pd.DataFrame({"size": [None, None, 4.5]})
    encoding = TableEncoding.learn(find_columns(frame)[0], frame[:2])
    assert encoding.numbers == (NumberColumn(name="size", missing=True),)


def test_rare_unseen_and_missing_categories():
    frame = pd.DataFrame({"kind": ["b"] * 4 + ["a"] * 4 + ["c"] * 5 + ["rare", None]})
    encoding = learn(frame)
    assert encoding.categories[0].values == ("c", "a", "b")
    asked = pd.DataFrame({"kind": ["a", "b", "c", "rare", "new", None]})
    assert encoding.encode(asked).ravel().tolist() == [1, 2, 0, 3, 3, -1]
    assert encoding.shape == (4,)
    common = learn(frame[:13])
    assert common.encode(asked).ravel().tolist() == [1, 2, 0, -1, -1, -1]
    assert common.shape == (3,)


def test_at_most_fifty_values_of_a_category():
    frame = pd.DataFrame({"town": [f"town {at % 60}" for at in range(600)]})
    (category,) = learn(frame).categories
    assert (len(category.values), category.rest, category.size) == (50, True, 51)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([True, False, True, True], "category"),
        (["x", "y", None, "x", "y"], "category"),
        ([1, 2, 2, 9], "number"),
        ([Decimal("1.5"), Decimal("2.5"), None, Decimal("1.5")], "number"),
        ([10**30, 10**40, 1, 1], "number"),
        (["2024-01-05", "2024-02-05", None, "2025-01-01"], "date"),
        (["3/4/2024", "3/14/2024", "1/1/2024", "1/1/2024"], "date"),
        (["13.4.2024 10:00", "3.4.2024 11:00", "1.1.2024 10:00", None], "date"),
        (["2024-01-05T10:00:00+02:00", "2024-01-05T10:00:00Z", None, None], "date"),
        (list(pd.date_range("2024-01-05", periods=4)), "date"),
        ([5, 6, 7, 8], "nothing"),
        (["Ann", "Bob", "Cy", "Di"], "nothing"),
        ([3, 3, 3, 3], "nothing"),
        ([None, None, None, None], "nothing"),
        ([[1], [2], [1], [2]], "nothing"),
    ],
)
def test_the_role_of_a_column(values, found):
    columns, notes = find_columns(pd.DataFrame({"a": values}))
    kinds = {"CategoryColumn": "category", "NumberColumn": "number", "DateColumn": "date"}
    assert {kinds[type(column).__name__] for column in columns} == {found} - {"nothing"}
    assert bool(notes) == (found == "nothing")
    for column in columns:
        column.read(pd.Series(values))


def test_parts_of_dates():
    frame = pd.DataFrame({"at": ["2024-01-05 10:00", "2025-02-06 23:30"]})
    encoding = learn(frame)
    assert numbers(encoding) == ["at year", "at month", "at day_of_week", "at hour"]
    assert encoding.encode(frame).tolist() == [[2024, 1, 4, 10], [2025, 2, 3, 23]]


@pytest.mark.parametrize("name", ["new.csv", "new.jsonl", "new.parquet"])
def test_a_file_is_read_as_training_did(dataset, name, tmp_path):
    frame = flowers()
    expected = dataset.encoding.encode(frame)
    shuffled = frame.drop(columns=["species", "id"]).assign(extra=1)[::1]
    path = write(shuffled[sorted(shuffled.columns)], tmp_path / name)
    readings = list(dataset.encoding.read(path))
    assert [reading.name for reading in readings[:2]] == [f"{path} row 1", f"{path} row 2"]
    np.testing.assert_array_equal(
        dataset.encoding.stack([reading.value for reading in readings]), expected
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda frame: frame.drop(columns="height"), ["no column 'height'"]),
        (lambda frame: frame.rename(columns={"height": "heights"}), ["rename it to 'heights'"]),
    ],
)
def test_a_file_that_does_not_fit_is_told(dataset, change, told, tmp_path):
    path = write(change(flowers()), tmp_path / "new.csv")
    with pytest.raises(DataError) as error:
        list(dataset.encoding.read(path))
    assert str(error.value).startswith(str(path))
    for words in told:
        assert words in str(error.value)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("height", "tall", "column 'height': 'tall' is not a number"),
        ("picked", "soon", "column 'picked': 'soon' is not a date"),
    ],
)
def test_a_value_that_does_not_fit_costs_only_its_row(dataset, column, value, told, tmp_path):
    frame = flowers()
    expected = dataset.encoding.encode(frame)
    frame[column] = frame[column].astype(object)
    frame.loc[2, column] = value
    readings = list(dataset.encoding.read(write(frame, tmp_path / "new.csv")))
    spoilt = readings.pop(2)
    assert spoilt.name.endswith("row 3")
    assert spoilt.value is None
    assert spoilt.error.startswith(told)
    others = dataset.encoding.stack([reading.value for reading in readings])
    np.testing.assert_array_equal(others, np.delete(expected, 2, axis=0))


def test_it_travels_as_json_and_as_a_pickle(dataset):
    encoding = dataset.encoding
    plain = json.loads(json.dumps(encoding.model_dump(mode="json")))
    for copy in (
        ENCODINGS[encoding.kind].model_validate(plain),
        pickle.loads(pickle.dumps(encoding)),
    ):
        assert copy == encoding
        np.testing.assert_array_equal(copy.encode(flowers()), encoding.encode(flowers()))
    json.dumps(encoding.preprocessing)


def test_the_model_gives_the_shape_that_the_encoding_says(dataset):
    import torch

    from automl.models.preprocessing import PREPROCESSING

    ((name, options),) = dataset.encoding.preprocessing.items()
    vectors = PREPROCESSING[name](**options)(torch.from_numpy(dataset.train.inputs))
    assert vectors.shape == (len(dataset.train), *dataset.encoding.shape)
    assert torch.isfinite(vectors).all()


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([1])
)


@settings(derandomize=True, max_examples=150)
@given(st.lists(ANYTHING, min_size=4, max_size=12))
def test_any_column_is_read_or_left_out(values):
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object).infer_objects()})
    columns, notes = find_columns(frame)
    if columns:
        encoding = TableEncoding.learn(columns, frame)
        rows = encoding.encode(frame)
        assert rows.dtype == np.float32
        assert rows.shape == (len(values), *encoding.raw_shape)
    else:
        assert notes


def test_a_row_is_shown_as_people_wrote_it():
    frame = pd.DataFrame(
        {
            "size": [1.5, 2.0, np.nan, 4.0, 5.0, 6.0, 7.0],
            "colour": ["red", "red", "red", "blue", "blue", "blue", "rare"],
            "sold": pd.date_range("2024-03-01", periods=7, freq="D"),
        }
    )
    encoding = learn(frame)
    first, third, last = (encoding.show(encoding.encode(frame)[row]).cells for row in (0, 2, 6))
    assert (first["size"], first["colour"]) == ("1.5", "red")
    assert first["sold (day of week)"] == "4"
    assert third["size"] == ""
    assert last["colour"] == "other"
    unknown = frame.assign(colour=None)
    assert encoding.show(encoding.encode(unknown)[0]).cells["colour"] == ""
