"""The dataset that is shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from automl.data.dataset import Dataset, Split
from automl.data.images.assemble import assemble
from automl.data.images.fashion_mnist import LABELS
from automl.data.source import Announce, Source
from automl.data.splits import FIXED_SEED

FILE = Path(__file__).parent / "files" / "fashion_mini.npz"


class FashionMini(Source):
    """7,000 images of Fashion-MNIST, evenly over its ten classes; nothing to download.

    ``cut_fashion_mini.py`` cut them; ``files/NOTICE.md`` names their makers.
    """

    kind = "images"

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """5,100 train and 900 validation of Fashion-MNIST's train images, 1,000 of its test."""
        with np.load(FILE, allow_pickle=False) as arrays:
            given = {
                split: Split(arrays[f"{split}_inputs"], arrays[f"{split}_targets"].astype(np.int64))
                for split in ("train", "test")
            }
        return assemble(name, given, LABELS, FIXED_SEED)
