"""What holds for every named dataset, and for a user's own data of every kind."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import own_data
import pytest
from published_data import publish
from pydantic import TypeAdapter

from automl.core.data_types import PADDING, Classes, Tokens
from automl.core.error_analysis import Example
from automl.data import DATASETS, READERS
from automl.data.dataset import Dataset, Split
from automl.data.encoding import ENCODINGS
from automl.data.source import load_dataset
from automl.models import PREPROCESSING

TASKS = {
    "images": ("image_classification",),
    "text": ("text_classification", "text_regression"),
    "table": ("tabular_classification", "tabular_regression"),
    "series": ("series_classification",),
    "forecast": ("forecasting",),
}
IMAGES = [name for name in DATASETS if DATASETS[name].kind == "images"]


@dataclass(frozen=True, eq=False)
class Loaded:
    """A dataset, and what it was loaded from."""

    path: str
    kind: str
    dataset: Dataset

    @property
    def splits(self) -> dict[str, Split]:
        names = ("train", "validation", "test")
        return {name: getattr(self.dataset, name) for name in names}


def load(path: str, kind: str) -> Dataset:
    return load_dataset(path, kind, {}, 0, lambda line: None)


@pytest.fixture(scope="module")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every published dataset, small, where it is looked for."""
    root = tmp_path_factory.mktemp("data root")
    with pytest.MonkeyPatch.context() as patch:
        publish(root, patch)
        yield root


@pytest.fixture(scope="class", params=[*DATASETS, *(f"own {kind}" for kind in READERS)])
def loaded(request, data_root, tmp_path_factory) -> Loaded:
    """Each dataset once: its tests only look at it."""
    if request.param in DATASETS:
        path, kind = request.param, DATASETS[request.param].kind
    else:
        kind = request.param.removeprefix("own ")
        path = str(own_data.WRITERS[kind](tmp_path_factory.mktemp("own")))
    return Loaded(path, kind, load(path, kind))


class TestDataset:
    def test_inputs_are_as_the_encoding_says(self, loaded):
        encoding = loaded.dataset.encoding
        for split in loaded.splits.values():
            assert split.inputs.dtype == np.dtype(encoding.dtype)
            assert split.inputs.flags.c_contiguous
            if not isinstance(encoding.shape, Tokens):
                assert split.inputs.shape[1:] == encoding.raw_shape

    def test_texts_are_ids_and_then_padding(self, loaded):
        shape = loaded.dataset.encoding.shape
        if not isinstance(shape, Tokens):
            assert loaded.kind != "text"
            return
        for split in loaded.splits.values():
            assert split.inputs.shape[1] <= shape.length
            assert 0 <= split.inputs.min() <= split.inputs.max() < shape.vocabulary
            filled = split.inputs != PADDING
            assert filled[:, 0].all()
            assert (filled[:, :-1] >= filled[:, 1:]).all()

    def test_targets_are_as_the_target_says(self, loaded):
        target = loaded.dataset.target
        for split in loaded.splits.values():
            assert len(split) > 0
            if isinstance(target, Classes):
                assert (split.targets.dtype, split.targets.shape) == (np.int64, (len(split),))
                assert set(split.targets.tolist()) == set(range(len(target.labels)))
            else:
                shape = (len(split), target.steps, len(target.names))
                assert (split.targets.dtype, split.targets.shape) == (np.float32, shape)
                assert not np.isinf(split.targets).any()
                missing = np.isnan(split.targets)
                assert not missing.all(axis=(1, 2)).any()
                assert loaded.kind == "forecast" or not missing.any()

    def test_what_is_predicted_has_names(self, loaded):
        target = loaded.dataset.target
        if isinstance(target, Classes):
            assert len(set(target.labels)) == len(target.labels) >= 2
        else:
            assert len(target.names) == len(target.mean) == len(target.std)
            assert all(std > 0 for std in target.std)

    def test_the_task_is_one_of_its_kind(self, loaded):
        task = loaded.dataset.task
        assert task in TASKS[loaded.kind]
        assert task.endswith("classification") == isinstance(loaded.dataset.target, Classes)

    def test_the_encoding_travels(self, loaded):
        encoding = loaded.dataset.encoding
        assert ENCODINGS[encoding.kind] is type(encoding)
        (preprocess,) = encoding.preprocessing
        assert preprocess in PREPROCESSING
        for copy in (
            type(encoding).model_validate(encoding.model_dump(mode="json")),
            type(encoding).model_validate_json(encoding.model_dump_json()),
            pickle.loads(pickle.dumps(encoding)),
        ):
            assert copy == encoding
            assert (copy.shape, copy.preprocessing) == (encoding.shape, encoding.preprocessing)
            assert copy.describe() == encoding.describe()

    def test_an_example_can_be_shown(self, loaded):
        dataset = loaded.dataset
        for value in dataset.validation.inputs[:3]:
            shown = dataset.encoding.show(value)
            assert TypeAdapter(Example).validate_json(json.dumps(asdict(shown))) == shown
            assert any(asdict(shown).values())

    def test_it_crosses_processes(self, loaded):
        copy = pickle.loads(pickle.dumps(loaded.dataset))
        assert copy.fingerprint == loaded.dataset.fingerprint
        assert copy.describe() == loaded.dataset.describe()
        np.testing.assert_array_equal(copy.test.inputs, loaded.dataset.test.inputs)

    def test_same_seed_same_content_and_nothing_is_printed(self, loaded, capfd):
        again = load(loaded.path, loaded.kind)
        assert capfd.readouterr() == ("", "")
        assert again.fingerprint == loaded.dataset.fingerprint
        for name, split in loaded.splits.items():
            np.testing.assert_array_equal(getattr(again, name).inputs, split.inputs)
            np.testing.assert_array_equal(getattr(again, name).targets, split.targets)

    def test_what_is_told_is_lines(self, loaded):
        assert all(note and "\n" not in note for note in loaded.dataset.notes)
        assert "\n" not in loaded.dataset.describe()
        assert len(loaded.dataset.fingerprint) == 64


@pytest.mark.parametrize("kind", READERS.names)
class TestOwn:
    def test_other_content_has_another_fingerprint(self, kind, tmp_path):
        file = own_data.WRITERS[kind](tmp_path)
        before = load(str(file), kind).fingerprint
        if file.is_dir():
            next(file.rglob("*.png")).unlink()
        else:
            file.write_text(file.read_text("utf-8").rpartition("\n")[0], "utf-8")
        assert load(str(file), kind).fingerprint != before

    def test_no_example_is_in_two_splits(self, kind, tmp_path):
        dataset = load(str(own_data.WRITERS[kind](tmp_path)), kind)
        splits = (dataset.train, dataset.validation, dataset.test)
        if kind != "forecast":
            assert sum(map(len, splits)) == own_data.ROWS
        if kind != "text":  # of which only the tokens are left
            examples = [example.tobytes() for split in splits for example in split.inputs]
            assert len(set(examples)) == len(examples)


def test_every_encoding_is_of_some_kind(data_root, tmp_path):
    files = {kind: own_data.WRITERS[kind](tmp_path) for kind in READERS}
    found = {load(str(file), kind).encoding.kind for kind, file in files.items()}
    assert found == set(ENCODINGS)


@pytest.mark.usefixtures("data_root")
@pytest.mark.parametrize("name", IMAGES)
def test_statistics_of_images_are_those_of_the_train_split(name):
    dataset = load(name, "images")
    pixels = dataset.train.inputs / 255
    np.testing.assert_allclose(dataset.encoding.mean, pixels.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(dataset.encoding.std, pixels.std(axis=(0, 2, 3)))
