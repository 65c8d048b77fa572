"""Published datasets that torchvision knows: found on disk, or else fetched."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from automl.core.errors import DataError
from automl.data.catalogue.fetch import fetch
from automl.data.dataset import Dataset, Images, Split, Targets
from automl.data.images.assemble import assemble
from automl.data.root import data_root
from automl.data.source import Announce, Source
from automl.data.splits import FIXED_SEED

# What torchvision raises on files that are not there, or are damaged.
NOT_THERE = (RuntimeError, OSError, ValueError, TypeError, AssertionError)


@dataclass(frozen=True)
class Published:
    """A dataset with the splits it was published with: ``train`` and ``test``."""

    given: dict[str, Split]
    labels: tuple[str, ...]


class PublishedSource(Source):
    """A class of torchvision.datasets; 15 % of its train images are cut off for validation.

    Attributes:
        torchvision: The class's name there.
    """

    kind = "images"
    torchvision: ClassVar[str]

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read it from ``data_root()``, or else fetch it and read it then."""
        root = data_root()
        found = self.on_disk(root)
        if found is None:
            fetch(name, announce)
            found = self.on_disk(root)
        if found is None:
            raise DataError(f"{name} is in {root}, but cannot be read; delete it and try again")
        return assemble(name, found.given, found.labels, FIXED_SEED)

    def on_disk(self, root: Path) -> Published | None:
        """The dataset as it lies on this machine, or None."""
        kind = self._torchvision_class()
        try:
            with warnings.catch_warnings():
                # NumPy 2.4.0 to 2.4.4 warn of flags as Python 2 pickled them in the CIFAR files.
                warnings.simplefilter("ignore")
                halves = {"train": kind(root, train=True), "test": kind(root, train=False)}
            given = {name: Split(_images(half), _targets(half)) for name, half in halves.items()}
        except NOT_THERE:
            return None
        return Published(given, tuple(halves["train"].classes))

    def _torchvision_class(self) -> Any:
        from torchvision import datasets

        kind = getattr(datasets, self.torchvision)
        # Pickles of long ago, beside the published files of MNIST, are not read in their place.
        return type(kind.__name__, (kind,), {"_check_legacy_exist": lambda self: False})


class Mnist(PublishedSource):
    """70,000 grey images, 28×28, of ten digits (LeCun et al., Proceedings of the IEEE 1998)."""

    torchvision = "MNIST"


class Cifar10(PublishedSource):
    """60,000 RGB images, 32×32, of ten things (Krizhevsky, 2009)."""

    torchvision = "CIFAR10"


class Cifar100(PublishedSource):
    """60,000 RGB images, 32×32, of a hundred things (Krizhevsky, 2009)."""

    torchvision = "CIFAR100"


def _images(half: Any) -> Images:
    """(N, C, H, W) of torchvision's (N, H, W) or (N, H, W, C)."""
    pixels = np.asarray(half.data)
    pixels = pixels[:, None] if pixels.ndim == 3 else pixels.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(pixels)


def _targets(half: Any) -> Targets:
    return np.asarray(half.targets, np.int64)
