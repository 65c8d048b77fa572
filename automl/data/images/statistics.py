"""What is known of a dataset's images as a whole."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from automl.data.dataset import Images, Split


def channel_statistics(images: Images) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation per channel, with pixels counted from 0 to 1.

    Sums are of whole numbers, hence exact, and no copy of the images is made as floats: they may be
    larger than memory.
    """
    count = images.size // images.shape[1]
    total = images.sum(axis=(0, 2, 3), dtype=np.int64)
    squares = np.einsum("nchw,nchw->c", images, images, dtype=np.int64)
    mean = total / count
    variance = squares / count - mean**2
    std = np.sqrt(np.maximum(variance, 1.0))
    return tuple((mean / 255).tolist()), tuple((std / 255).tolist())


def find_repeated(train: Split, validation: Split, test: Split) -> tuple[str, ...]:
    """A sentence on the images held out that are, pixel for pixel, in an earlier split as well."""
    notes = []
    seen = set(_fingerprints(train.inputs))
    for name, split in (("validation", validation), ("test", test)):
        found = _fingerprints(split.inputs)
        if count := sum(each in seen for each in found):
            notes.append(
                f"{count:,} of {len(split):,} {name} images are, pixel for pixel, in another split "
                f"too; a model that remembers them looks better than it is"
            )
        seen.update(found)
    return tuple(notes)


def _fingerprints(images: Images) -> list[bytes]:
    return [blake2b(image.data, digest_size=16).digest() for image in images]
