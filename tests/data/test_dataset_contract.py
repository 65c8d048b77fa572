from __future__ import annotations

import pickle
import time

import numpy as np
import pytest

from automl.core.errors import DataError
from automl.core.shape import PADDING, Tokens
from automl.core.target import Classes
from automl.data import DATASETS
from automl.data.catalogue import CATALOGUE
from automl.data.dataset import Dataset
from automl.data.load import load_dataset

IMAGES = ("fashion_mini", "digits", "fashion_mnist", "mnist", "cifar10", "cifar100")
# Those that come with a package, and those whose files are made for these tests.
LOADABLE = [name for name in DATASETS if name in IMAGES or CATALOGUE[name].comes_with]
FOLDER = "a folder of images"
TASKS = {
    "images": ("image_classification",),
    "text": ("text_classification", "text_regression"),
    "table": ("tabular_classification", "tabular_regression"),
    "series": ("series_classification",),
    "forecast": ("forecasting",),
}


def silent(line: str) -> None:
    """Takes announcements that a test does not look at."""


def splits_of(dataset: Dataset):
    return dataset.train, dataset.validation, dataset.test


@pytest.mark.usefixtures("published_files")
class TestDatasetContract:
    """What holds for every dataset."""

    @pytest.fixture(params=[*LOADABLE, FOLDER])
    def name(self, request, mixed_folder) -> str:
        return str(mixed_folder) if request.param == FOLDER else request.param

    @pytest.fixture
    def kind(self, name) -> str:
        return DATASETS[name].kind if name in DATASETS else "images"

    @pytest.fixture
    def dataset(self, name, kind, published_files) -> Dataset:
        return load_dataset(name, kind, {}, 0, silent)

    def test_inputs_are_as_the_encoding_says(self, dataset):
        shape = dataset.encoding.shape
        for split in splits_of(dataset):
            assert split.inputs.dtype == np.dtype(dataset.encoding.dtype)
            assert split.inputs.flags.c_contiguous
            if isinstance(shape, Tokens):
                assert split.inputs.shape[1] <= shape.length
                assert 0 <= split.inputs.min() <= split.inputs.max() < shape.vocabulary
                filled = split.inputs != PADDING
                assert (filled[:, :-1] >= filled[:, 1:]).all()
            else:
                assert split.inputs.shape[1:] == dataset.encoding.raw_shape

    def test_targets_are_as_the_target_says(self, dataset):
        target = dataset.target
        for split in splits_of(dataset):
            assert len(split) > 0
            if isinstance(target, Classes):
                assert split.targets.dtype == np.int64
                assert split.targets.shape == (len(split),)
                assert set(split.targets.tolist()) == set(range(len(target.labels)))
            else:
                assert split.targets.dtype == np.float32
                assert split.targets.shape == (len(split), target.steps, len(target.names))
                assert np.isfinite(split.targets).all()

    def test_what_is_predicted_has_names(self, dataset):
        target = dataset.target
        if isinstance(target, Classes):
            assert len(target.labels) >= 2
            assert len(set(target.labels)) == len(target.labels)
        else:
            assert len(target.names) == len(target.mean) == len(target.std)
            assert all(std > 0 for std in target.std)

    def test_the_task_is_one_of_its_kind(self, dataset, kind):
        assert dataset.task in TASKS[kind]
        assert dataset.task.endswith("classification") == isinstance(dataset.target, Classes)

    def test_the_encoding_survives_json(self, dataset):
        encoding = dataset.encoding
        assert type(encoding).model_validate_json(encoding.model_dump_json()) == encoding

    def test_a_dataset_crosses_processes(self, dataset):
        copy = pickle.loads(pickle.dumps(dataset))
        assert copy.fingerprint == dataset.fingerprint
        assert copy.describe() == dataset.describe()
        np.testing.assert_array_equal(copy.test.inputs, dataset.test.inputs)

    def test_same_seed_same_content(self, name, kind, dataset):
        again = load_dataset(name, kind, {}, 0, silent)
        assert again.fingerprint == dataset.fingerprint
        np.testing.assert_array_equal(again.test.inputs, dataset.test.inputs)

    def test_nothing_is_printed(self, dataset, capfd):
        assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("published_files")
@pytest.mark.parametrize("name", IMAGES)
def test_statistics_of_images_are_those_of_the_train_split(name):
    dataset = load_dataset(name, "images", {}, 0, silent)
    pixels = dataset.train.inputs / 255
    np.testing.assert_allclose(dataset.encoding.mean, pixels.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(dataset.encoding.std, pixels.std(axis=(0, 2, 3)))


@pytest.mark.parametrize("name", DATASETS.names)
def test_without_files_and_network_it_loads_or_says_in_one_line_how_to_get_it(
    name, data_root, capfd
):
    from torchvision import datasets  # noqa: F401  its import is not what is timed

    kind = DATASETS[name].kind
    start = time.monotonic()
    try:
        load_dataset(name, kind, {}, 0, silent)
    except DataError as error:
        line = str(error)
        assert "\n" not in line
        assert line.startswith(name)
        assert str(data_root) in line
        assert "AUTOML_DATA" in line
        assert not [path for path in data_root.rglob("*") if path.is_file()]
    assert time.monotonic() - start < 60
    assert capfd.readouterr() == ("", "")
