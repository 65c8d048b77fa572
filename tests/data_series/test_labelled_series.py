from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from published_data.series import ts_rows, write_ts
from series_files import save, silent

from automl.core.errors import DataError
from automl.data.series.labelled import LabelledSeries


def wide(classes: int = 2, per_class: int = 20, steps: int = 6, **columns) -> pd.DataFrame:
    random = np.random.default_rng(0)
    values = random.normal(size=(classes * per_class, steps)).round(4)
    frame = pd.DataFrame(values, columns=[f"step {each}" for each in range(steps)])
    kinds = np.repeat([f"kind {each}" for each in range(classes)], per_class)
    return frame.assign(kind=kinds, **columns)


def load(frame: pd.DataFrame, folder, seed: int = 0, **options):
    path = save(frame, folder / "series.csv")
    return LabelledSeries(**options).load(str(path), seed, silent)


def test_a_wide_table_has_a_series_a_row(tmp_path):
    dataset = load(wide(), tmp_path)
    assert dataset.task == "series_classification"
    assert dataset.target.labels == ("kind 0", "kind 1")
    assert dataset.encoding.shape == (6, 1)
    splits = (dataset.train, dataset.validation, dataset.test)
    assert [len(split) for split in splits] == [28, 6, 6]
    rows = {tuple(row[:6]): row[6] for row in wide().itertuples(index=False, name=None)}
    for split in splits:
        for series, label in zip(split.inputs, split.targets, strict=True):
            known = {np.float32(key).tobytes(): kind for key, kind in rows.items()}
            assert known[series.tobytes()] == dataset.target.labels[label]


def test_a_ts_file_may_have_many_variables(tmp_path):
    lines = [f"{i},1,2:{i * 2},0,{i}:{'ab'[i % 2]}" for i in range(20)]
    path = write_ts(tmp_path / "some.ts", lines)
    dataset = LabelledSeries().load(str(path), 0, silent)
    assert dataset.name == "some"
    assert dataset.train.inputs.shape == (12, 3, 2)
    assert dataset.target.labels == ("a", "b")


def test_standardisation_is_learned_from_train_alone(tmp_path):
    dataset = load(wide(), tmp_path)
    train = dataset.train.inputs.astype(float)
    np.testing.assert_allclose(dataset.encoding.mean, train.mean(axis=(0, 1)), rtol=1e-6)
    np.testing.assert_allclose(dataset.encoding.std, train.std(axis=(0, 1)), rtol=1e-6)
    assert dataset.encoding.preprocessing == {
        "standardize": {"mean": list(dataset.encoding.mean), "std": list(dataset.encoding.std)}
    }


def test_a_variable_that_never_changes_can_be_divided_by(tmp_path):
    lines = [f"{i},1,2:0.1,0.1,0.1:{'ab'[i % 2]}" for i in range(20)]
    dataset = LabelledSeries().load(str(write_ts(tmp_path / "a.ts", lines)), 0, silent)
    assert dataset.encoding.std[1] == 1


@pytest.mark.parametrize("name", ["label", "Class", "target", "y"])
def test_a_label_of_numbers_is_found_by_its_name(tmp_path, name):
    frame = wide().drop(columns="kind").assign(**{name: [1, 2] * 20})
    assert load(frame, tmp_path).target.labels == ("1", "2")


def test_the_series_of_a_group_stay_together(tmp_path):
    frame = wide(person=np.arange(40) // 4 % 5)
    dataset = load(frame, tmp_path, group="person")
    assert dataset.encoding.shape == (6, 1)
    values = frame[[f"step {each}" for each in range(6)]].to_numpy(np.float32)
    whose = {row.tobytes(): person for row, person in zip(values, frame["person"], strict=True)}
    groups = [
        {whose[series.tobytes()] for series in split.inputs}
        for split in (dataset.train, dataset.validation, dataset.test)
    ]
    assert sum(map(len, groups)) == len(set.union(*groups)) == 5


def test_the_seed_cuts_and_the_fingerprint_stays(tmp_path):
    one, two = (load(wide(), tmp_path, seed) for seed in (0, 1))
    assert one.fingerprint == two.fingerprint
    assert not np.array_equal(one.test.inputs, two.test.inputs)
    assert load(wide(steps=5), tmp_path).fingerprint != one.fingerprint


def test_repeated_series_are_told(tmp_path):
    frame = wide(per_class=10)
    dataset = load(pd.concat([frame] * 4), tmp_path)
    assert sum(", value for value;" in note for note in dataset.notes) == 2


def test_filled_values_are_told(tmp_path):
    frame = wide()
    frame.loc[[3, 7], "step 2"] = np.nan
    dataset = load(frame, tmp_path)
    assert dataset.notes == ("filled 2 missing values by interpolation between their neighbours",)
    assert np.isfinite(dataset.train.inputs).all()


BAD = {
    "no label": (wide().drop(columns="kind"), {}, "name it with --target"),
    "two texts": (wide(name=["a"] * 40), {}, "name it with --target"),
    "no such target": (wide(), {"target": "sort"}, "no column 'sort' for --target"),
    "no such group": (wide(), {"group": "sort"}, "no column 'sort' for --group"),
    "an empty label": (wide(kind2=[None] + ["a"] * 39), {"target": "kind2"}, "empty in row 1"),
    "one class": (wide(classes=1), {}, "all series have the label 'kind 0'"),
    "a rare class": (wide(per_class=2), {}, "class 'kind 0' has 2 .*at least 3"),
    "words for steps": (wide(note=["a"] * 40), {"target": "kind"}, "'note' .='a' in row 1."),
    "no steps": (wide()[["kind", "step 0"]], {}, "a number for each step"),
    "two groups": (wide(who=[1, 2] * 20), {"group": "who"}, "2 groups cannot be split"),
    "a class is a group": (wide(3, 9, who=np.arange(27) // 9), {"group": "who"}, "of 1 class only"),
}


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_classified_is_told_in_a_line(tmp_path, bad):
    frame, options, message = BAD[bad]
    with pytest.raises(DataError, match=message) as caught:
        load(frame, tmp_path, **options)
    assert str(caught.value).startswith(str(tmp_path / "series.csv"))
    assert "\n" not in str(caught.value)


def test_a_ts_file_has_no_columns_and_needs_labels(tmp_path):
    path = write_ts(tmp_path / "a.ts", ts_rows(2, 5, 4))
    for option in ("target", "group"):
        with pytest.raises(DataError, match=f"leave out --{option}"):
            LabelledSeries(**{option: "x"}).load(str(path), 0, silent)
    bare = write_ts(tmp_path / "b.ts", ["1,2,3"] * 9, labels="false")
    with pytest.raises(DataError, match=r"b.ts: the series have no labels"):
        LabelledSeries().load(str(bare), 0, silent)


class TestSeriesPrediction:
    """What the encoding makes of a user's file later."""

    @pytest.fixture
    def encoding(self, tmp_path):
        return load(wide(person=np.arange(40) % 8), tmp_path, group="person").encoding

    @pytest.mark.parametrize("dropped", [[], ["kind"], ["kind", "person"]])
    def test_each_row_is_an_example_with_or_without_its_label(self, encoding, tmp_path, dropped):
        frame = wide(person=np.arange(40) % 8).drop(columns=dropped)
        path = save(frame, tmp_path / "new.csv")
        readings = list(encoding.read(path))
        assert [reading.name for reading in readings[:2]] == [f"{path} row 1", f"{path} row 2"]
        values = frame[[f"step {each}" for each in range(6)]].to_numpy(np.float32)
        read = encoding.stack([reading.value for reading in readings])
        np.testing.assert_array_equal(read[..., 0], values)

    def test_a_ts_file_is_read_too(self, encoding, tmp_path):
        for labels, line in (("true a b", "1,2,?,4,5,6:a"), ("false", "1,2,?,4,5,6")):
            (reading,) = encoding.read(write_ts(tmp_path / "new.ts", [line], labels))
            assert reading.value[:, 0].tolist() == [1, 2, 3, 4, 5, 6]

    def test_a_series_of_another_length_is_an_error_of_its_own(self, encoding, tmp_path):
        good, short = encoding.read(write_ts(tmp_path / "new.ts", ["1,2,3,4,5,6:a", "1,2,3:a"]))
        assert good.value is not None
        assert short.value is None
        assert short.name == f"{tmp_path}/new.ts row 2"
        assert short.error.startswith("line 7: 3 steps × 1 variable")

    def test_words_are_told(self, encoding, tmp_path):
        frame = wide(more=["x"] * 40)
        with pytest.raises(DataError, match=r"new.csv: column 'more' .='x' in row 1"):
            list(encoding.read(save(frame, tmp_path / "new.csv")))
