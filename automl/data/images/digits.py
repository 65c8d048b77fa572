"""Handwritten digits that come with scikit-learn."""

from __future__ import annotations

import numpy as np

from automl.data.dataset import Dataset, Split
from automl.data.images.assemble import assemble
from automl.data.source import Announce, Source
from automl.data.splits import FIXED_SEED

BRIGHTEST = 16


class Digits(Source):
    """1,797 grey images, 8×8, of ten digits; nothing to download.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI 1998
    (https://doi.org/10.24432/C50P49), its test set, as scikit-learn's ``load_digits`` has it.
    """

    kind = "images"

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """70 % train, 15 % validation and 15 % test."""
        from sklearn.datasets import load_digits

        found = load_digits()
        pixels = (found.images * (255 / BRIGHTEST)).round().astype(np.uint8)
        everything = Split(pixels[:, None], found.target.astype(np.int64))
        labels = tuple(str(digit) for digit in range(10))
        return assemble(name, {"train": everything}, labels, FIXED_SEED)
