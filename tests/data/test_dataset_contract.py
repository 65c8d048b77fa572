from __future__ import annotations

import time

import numpy as np
import pytest

from automl.core.errors import DataError
from automl.data import DATASETS
from automl.data.load import load_dataset

FOLDER = "a folder of images"


def silent(line: str) -> None:
    """Takes announcements that a test does not look at."""


@pytest.fixture(params=[*DATASETS, FOLDER])
def name(request, mixed_folder) -> str:
    return str(mixed_folder) if request.param == FOLDER else request.param


@pytest.mark.usefixtures("published_files")
class TestDatasetContract:
    """What holds for every dataset."""

    @pytest.fixture
    def dataset(self, name, published_files):
        return load_dataset(name, {}, 0, silent)

    def test_arrays_are_contiguous_writable_images_and_class_ids(self, dataset):
        for split in (dataset.train, dataset.validation, dataset.test):
            assert split.inputs.dtype == np.uint8
            assert split.targets.dtype == np.int64
            assert split.inputs.shape == (len(split), *dataset.shape)
            assert split.targets.shape == (len(split),)
            for array in (split.inputs, split.targets):
                assert array.flags.c_contiguous
                assert array.flags.writeable

    def test_every_class_is_in_every_split(self, dataset):
        everyone = set(range(len(dataset.labels)))
        assert len(everyone) >= 2
        for split in (dataset.train, dataset.validation, dataset.test):
            assert set(split.targets.tolist()) == everyone

    def test_labels_are_different_names(self, dataset):
        assert all(isinstance(label, str) for label in dataset.labels)
        assert len(set(dataset.labels)) == len(dataset.labels)

    def test_statistics_are_those_of_the_train_split(self, dataset):
        pixels = dataset.train.inputs / 255
        np.testing.assert_allclose(dataset.mean, pixels.mean(axis=(0, 2, 3)))
        np.testing.assert_allclose(dataset.std, pixels.std(axis=(0, 2, 3)))

    def test_same_seed_same_content(self, name, dataset):
        again = load_dataset(name, {}, 0, silent)
        assert again.fingerprint == dataset.fingerprint
        np.testing.assert_array_equal(again.test.inputs, dataset.test.inputs)

    def test_nothing_is_printed(self, dataset, capfd):
        assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", DATASETS.names)
def test_without_files_and_network_it_loads_or_says_in_one_line_how_to_get_it(
    name, data_root, capfd
):
    from torchvision import datasets  # noqa: F401  its import is not what is timed

    start = time.monotonic()
    try:
        load_dataset(name, {}, 0, silent)
    except DataError as error:
        line = str(error)
        assert "\n" not in line
        assert line.startswith(name)
        assert "https://" in line
        assert str(data_root) in line
        assert "AUTOML_DATA" in line
        assert not [path for path in data_root.rglob("*") if path.is_file()]
    assert time.monotonic() - start < 15
    assert capfd.readouterr() == ("", "")
