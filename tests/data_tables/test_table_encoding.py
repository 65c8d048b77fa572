from __future__ import annotations

import json
import pickle
from datetime import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_files import flowers, load, write

from automl.core.errors import DataError
from automl.data.cells.numbers import NumberFormat
from automl.data.encoding import ENCODINGS
from automl.data.tables.columns import CategoryColumn, NumberColumn
from automl.data.tables.encoding import TableEncoding
from automl.data.tables.roles import find_features


def learn(frame: pd.DataFrame) -> TableEncoding:
    return TableEncoding.learn(find_features(frame)[0], frame)


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
        "picked day",
        "picked day_of_week",
        "picked hour",
    ]
    assert [category.name for category in encoding.categories] == ["colour"]
    assert encoding.raw_shape == (6,)
    assert encoding.describe() == "5 numbers and 1 category"


def test_it_is_learned_from_train_alone():
    frame = pd.DataFrame({"size": [1.0, 2, 3, 4, 5, 900], "kind": [*"aaabbb"]})
    columns = find_features(frame)[0]
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
    encoding = TableEncoding.learn(find_features(frame)[0], frame[:2])
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
    columns, notes = find_features(pd.DataFrame({"a": values}))
    kinds = {"CategoryColumn": "category", "NumberColumn": "number", "DateColumn": "date"}
    assert {kinds[type(column).__name__] for column in columns} == {found} - {"nothing"}
    assert bool(notes) == (found == "nothing")
    for column in columns:
        column.read(pd.Series(values))


def test_parts_of_dates():
    frame = pd.DataFrame({"at": ["2024-01-05 10:00", "2025-02-06 23:30"]})
    encoding = learn(frame)
    assert numbers(encoding) == ["at year", "at month", "at day", "at day_of_week", "at hour"]
    exact = [column.exact(frame["at"]).tolist() for column in encoding.numbers]
    assert exact == [[2024, 2025], [1, 2], [5, 6], [4, 3], [10, 23]]
    assert encoding.encode(frame).tolist() == [[-1, -1, -1, 1, -1], [1, 1, 1, -1, 1]]


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


def spoilt(rows: int, column: str, value: str) -> pd.DataFrame:
    """Flowers, the first of which have another value."""
    frame = flowers()
    frame[column] = frame[column].astype(object)
    frame.loc[: rows - 1, column] = value
    return frame


@pytest.mark.parametrize(("rows", "value"), [(2, "tall"), (40, "n/a"), (1, "-")])
def test_markers_and_a_few_texts_are_missing_numbers(dataset, rows, value, tmp_path):
    expected = dataset.encoding.encode(flowers())
    expected[:rows, 0] = np.nan
    path = write(spoilt(rows, "height", value), tmp_path / "new.csv")
    first, *others = dataset.encoding.read(path)
    assert f"{rows} cell" in first.note
    assert f"without a value: 'height' {rows} (such as {value!r})" in first.note
    assert {other.note for other in others} == {""}
    read = dataset.encoding.stack([reading.value for reading in (first, *others)])
    np.testing.assert_array_equal(read, expected)


@pytest.mark.parametrize(
    ("column", "value", "rows", "told"),
    [
        ("height", "tall", 9, "column 'height': 'tall' is not a number"),
        ("picked", "soon", 9, "column 'picked': 'soon' is not a date"),
    ],
)
def test_a_value_that_does_not_fit_costs_only_its_row(dataset, column, value, rows, told, tmp_path):
    expected = dataset.encoding.encode(flowers())
    path = write(spoilt(rows, column, value), tmp_path / "new.csv")
    readings = list(dataset.encoding.read(path))
    assert all(reading.value is None for reading in readings[:rows])
    assert all(reading.error.startswith(told) for reading in readings[:rows])
    others = dataset.encoding.stack([reading.value for reading in readings[rows:]])
    np.testing.assert_array_equal(others, expected[rows:])


@pytest.mark.parametrize(
    ("numbers", "form"),
    [
        ("{:,.2f}", NumberFormat(group=",")),
        ("{:.2f} kg", NumberFormat(unit="kg")),
        ("${:,.2f}", NumberFormat(group=",", unit="$")),
    ],
)
def test_new_rows_are_read_in_the_format_of_the_search(numbers, form, tmp_path):
    height = 1000 * flowers()["height"].fillna(30)
    written = flowers().assign(height=height.map(numbers.format))
    encoding = load(write(written, tmp_path / "old.csv"), target="species").encoding
    assert encoding.numbers[0].format == form
    copy = TableEncoding.model_validate(json.loads(encoding.model_dump_json()))
    new = write(written[:1].assign(height=numbers.format(1234)), tmp_path / "new.csv")
    (reading,) = copy.read(new)
    number = encoding.numbers[0]
    assert reading.value[0] == np.float32((1234 - number.center) / number.scale)


@pytest.mark.parametrize(
    ("level", "spread"), [(1.7e9, 60), (0, 1e-14), (-4e300, 1e299), (0, 1e-320)]
)
def test_numbers_of_any_level_and_spread_keep_their_digits(level, spread):
    units = np.random.default_rng(0).permutation(101) / 50 - 1
    encoding = learn(pd.DataFrame({"a": level + units * spread}))
    np.testing.assert_allclose(
        encoding.encode(pd.DataFrame({"a": level + units * spread}))[:, 0], units, atol=1e-3
    )


def test_a_number_is_shown_with_the_digits_that_tell_it_from_others():
    encoding = learn(pd.DataFrame({"at": [1_700_000_000 + at for at in (3, 8, 8, 20, 41)]}))
    assert encoding.show(np.float32([0.0])).cells["at"] == "1,700,000,008"


def test_values_are_found_however_a_file_writes_them(tmp_path):
    rows = [*["7,true,007,NA"] * 15, *["8,false,012,EU"] * 15, *["x,false,100,US"] * 15]
    (tmp_path / "old.csv").write_text(
        "\n".join(["a,b,c,d,e", *(f"{row},{at % 3}.5" for at, row in enumerate(rows))])
    )
    encoding = load(tmp_path / "old.csv", target="e").encoding
    assert set(encoding.categories[2].values) == {"007", "012", "100"}
    (tmp_path / "new.csv").write_text("d,c,b,a,more\nNA,007,TRUE,7.0,1\n")
    (tmp_path / "new.jsonl").write_text('{"a": 7, "b": true, "c": " 007", "d": "NA"}\n')
    for name in ("new.csv", "new.jsonl"):
        (reading,) = encoding.read(tmp_path / name)
        found = [
            column.show(index)
            for column, index in zip(encoding.categories, reading.value, strict=True)
        ]
        assert found == ["7", "True", "007", "NA"]


@pytest.mark.parametrize(
    ("form", "first", "told"),
    [
        ("%d.%m.%Y", 1, False),
        ("%d/%m/%Y", 20, False),
        ("%d %b %Y %H:%M", 1, False),
        ("%d/%m/%Y", 1, True),  # no day is above 12
    ],
)
def test_dates_have_one_order_of_day_and_month(form, first, told, tmp_path):
    random = np.random.default_rng(0)
    days = [
        datetime(2003 + at % 7, 1 + at % 12, first + int(random.integers(9))) for at in range(90)
    ]
    texts = [day.strftime(form) for day in days]
    frame = pd.DataFrame({"day": texts, "n": np.arange(90) ** 0.5, "label": [*"aab"] * 30})
    path = write(frame, tmp_path / "t.csv")
    dataset = load(path, target="label")
    assert ("--time-format" in " ".join(dataset.notes)) == told
    for each in (dataset, load(path, target="label", time_format=form)):
        months = {number.part: number for number in each.encoding.numbers if number.name == "day"}
        assert len(set(months["month"].exact(frame["day"]))) >= 9
    expected = [day.month for day in days]
    assert months["month"].exact(frame["day"]).tolist() == expected
    iso = pd.Series([day.isoformat() for day in days])
    assert months["month"].exact(iso).tolist() == expected


def test_a_date_in_a_form_that_cannot_be_is_told(tmp_path):
    with pytest.raises(DataError, match=r"--time-format '%d.%m': .*year"):
        load(write(flowers(), tmp_path / "t.csv"), target="species", time_format="%d.%m")


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

    from automl.models import PREPROCESSING

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
    columns, notes = find_features(frame)
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
