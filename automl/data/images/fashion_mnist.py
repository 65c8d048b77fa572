"""Fashion-MNIST, which Debian has a package of."""

from __future__ import annotations

from pathlib import Path

from automl.data.images.idx import read_idx_splits
from automl.data.images.published import Published, PublishedSource

LABELS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")


class FashionMnist(PublishedSource):
    """70,000 grey images, 28×28, of ten kinds of clothes (https://arxiv.org/abs/1708.07747)."""

    kind = "FashionMNIST"
    home = "https://github.com/zalandoresearch/fashion-mnist"
    install = "apt install dataset-fashion-mnist"

    def on_disk(self, root: Path) -> Published | None:
        """As torchvision lays it out, else as Debian's dataset-fashion-mnist does, else None."""
        found = super().on_disk(root)
        if found is None and DEBIAN_FOLDER.is_dir():
            return Published(read_idx_splits(DEBIAN_FOLDER), LABELS)
        return found
