"""Fashion-MNIST."""

from __future__ import annotations

from automl.data.images.published import PublishedSource

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


class FashionMnist(PublishedSource):
    """70,000 grey images, 28×28, of ten kinds of clothes (https://arxiv.org/abs/1708.07747)."""

    torchvision = "FashionMNIST"
