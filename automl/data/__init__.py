"""Datasets: named ones, and a folder of one's own; all yield the same arrays."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.data.source import Source

DATASETS: Registry[type[Source]] = Registry(
    "dataset",
    {
        "fashion_mini": "automl.data.images.fashion_mini:FashionMini",
        "digits": "automl.data.images.digits:Digits",
        "fashion_mnist": "automl.data.images.fashion_mnist:FashionMnist",
        "mnist": "automl.data.images.published:Mnist",
        "cifar10": "automl.data.images.published:Cifar10",
        "cifar100": "automl.data.images.published:Cifar100",
    },
)
