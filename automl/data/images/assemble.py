"""From arrays to a finished dataset: splits, statistics and fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from automl.core.target import Classes
from automl.data.dataset import Dataset, Split
from automl.data.encodings.images import ImageEncoding
from automl.data.images.statistics import channel_statistics, find_repeated
from automl.data.splits import complete_splits

TASK = "image_classification"


def assemble(name: str, given: Mapping[str, Split], labels: tuple[str, ...], seed: int) -> Dataset:
    """A dataset of the splits that are given, with those that are not cut from ``train``.

    Args:
        name: Short name, for people.
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names.
        seed: Seed of the cut.

    Raises:
        DataError: A class has too few examples to be in every split.
    """
    splits = complete_splits(given, labels, seed)
    train, validation, test = splits["train"], splits["validation"], splits["test"]
    mean, std = channel_statistics(train.inputs)
    return Dataset(
        name=name,
        task=TASK,
        train=train,
        validation=validation,
        test=test,
        encoding=ImageEncoding(image_shape=train.inputs.shape[1:], mean=mean, std=std),
        target=Classes(labels),
        notes=find_repeated(train, validation, test),
        fingerprint=hash_content((train, validation, test), labels),
    )


def hash_content(splits: Iterable[Split], labels: tuple[str, ...]) -> str:
    """SHA-256 of all examples and labels, in hexadecimal; independent of byte order."""
    digest = hashlib.sha256(json.dumps(labels).encode())
    for split in splits:
        digest.update(json.dumps(split.inputs.shape).encode())
        digest.update(split.inputs.data)
        digest.update(split.targets.astype("<i8").data)
    return digest.hexdigest()
