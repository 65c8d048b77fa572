"""Datasets: named ones, and a folder of one's own; all yield the same arrays."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.data.source import Source

DATASETS: Registry[type[Source]] = Registry(
    "dataset",
    {
        "fashion_mini": "automl.data.fashion_mini:FashionMini",
        "digits": "automl.data.digits:Digits",
        "fashion_mnist": "automl.data.fashion_mnist:FashionMnist",
        "mnist": "automl.data.published:Mnist",
        "cifar10": "automl.data.published:Cifar10",
        "cifar100": "automl.data.published:Cifar100",
    },
)
