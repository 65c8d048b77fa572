"""From arrays of images to a finished dataset: splits, statistics and repeated images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

import numpy as np

from automl.core.data_types import Classes
from automl.data.dataset import Dataset, Images, Split, hash_content
from automl.data.images.encoding import ImageEncoding
from automl.data.leakage import find_duplicates
from automl.data.splits import complete_splits


def make_image_dataset(
    name: str, given: Mapping[str, Split], labels: tuple[str, ...], seed: int
) -> Dataset:
    """A dataset of the given splits; those that are not given are taken from ``train``.

    Args:
        name: Short name, for people.
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names.
        seed: Seed of the split.

    Raises:
        DataError: A class has too few examples to be in every split.
    """
    splits = complete_splits(given, labels, seed)
    train, validation, test = splits["train"], splits["validation"], splits["test"]
    mean, std = channel_statistics(train.inputs)
    return Dataset(
        name=name,
        task="image_classification",
        train=train,
        validation=validation,
        test=test,
        encoding=ImageEncoding(image_shape=train.inputs.shape[1:], mean=mean, std=std),
        target=Classes(labels),
        notes=find_repeated(train, validation, test),
        fingerprint=hash_content(labels, *_content((train, validation, test))),
    )


def _content(splits: Iterable[Split]) -> Iterator[object]:
    for split in splits:
        yield from (split.inputs, split.targets.astype("<i8").tobytes())


def channel_statistics(images: Images) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each channel, with pixels counted from 0 to 1.

    Whole numbers are summed, so the sums are exact, and no copy of the images is made as floats:
    they may be larger than memory.

    Args:
        images: uint8 (N, channels, height, width).
    """
    count = images.size // images.shape[1]
    total = images.sum(axis=(0, 2, 3), dtype=np.int64)
    squares = np.einsum("nchw,nchw->c", images, images, dtype=np.int64)
    mean = total / count
    variance = squares / count - mean**2
    std = np.sqrt(np.maximum(variance, 1.0))
    return tuple((mean / 255).tolist()), tuple((std / 255).tolist())


def find_repeated(train: Split, validation: Split, test: Split) -> tuple[str, ...]:
    """Sentences on held-out images that are, pixel for pixel, in an earlier split as well."""
    splits = {"train": train, "validation": validation, "test": test}
    keys = {name: _image_hashes(split.inputs) for name, split in splits.items()}
    return find_duplicates(keys, "images", "pixel for pixel")


def _image_hashes(images: Images) -> list[bytes]:
    return [blake2b(image.data, digest_size=16).digest() for image in images]
