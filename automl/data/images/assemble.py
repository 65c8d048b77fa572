"""From arrays to a finished dataset: splits, statistics and fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

import numpy as np

from automl.data.dataset import Dataset, Images, Split
from automl.data.splits import complete_splits


def assemble(
    name: str,
    given: Mapping[str, Split],
    labels: tuple[str, ...],
    seed: int,
    notes: tuple[str, ...] = (),
) -> Dataset:
    """A dataset of the splits that are given, with those that are not cut from ``train``.

    Args:
        name: Short name, for people.
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names.
        seed: Seed of the cut.
        notes: What the user should be told.

    Raises:
        DataError: A class has too few examples to be in every split.
    """
    splits = complete_splits(given, labels, seed)
    train, validation, test = splits["train"], splits["validation"], splits["test"]
    mean, std = channel_statistics(train.inputs)
    fingerprint = hash_content((train, validation, test), labels)
    return Dataset(name, train, validation, test, labels, mean, std, notes, fingerprint)


def channel_statistics(images: Images) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation per channel, with pixels counted from 0 to 1.

    Sums are of whole numbers, hence exact, and no copy of the images is made as floats.
    """
    count = images.size // images.shape[1]
    total = images.sum(axis=(0, 2, 3), dtype=np.int64)
    squares = np.einsum("nchw,nchw->c", images, images, dtype=np.int64)
    mean = total / count
    variance = squares / count - mean**2
    std = np.sqrt(np.maximum(variance, 1.0))
    return tuple((mean / 255).tolist()), tuple((std / 255).tolist())


def hash_content(splits: Iterable[Split], labels: tuple[str, ...]) -> str:
    """SHA-256 of all examples and labels, in hexadecimal; independent of byte order."""
    digest = hashlib.sha256(json.dumps(labels).encode())
    for split in splits:
        digest.update(json.dumps(split.inputs.shape).encode())
        digest.update(split.inputs.data)
        digest.update(split.targets.astype("<i8").data)
    return digest.hexdigest()
