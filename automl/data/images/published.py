"""Published datasets that torchvision knows: found on disk, or else downloaded."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Dataset, Images, Split, Targets
from automl.data.download import Archive, fetch, unpack
from automl.data.images.assemble import assemble
from automl.data.source import Announce, Source
from automl.data.splits import FIXED_SEED

# What torchvision raises on files that are not there, or are damaged.
NOT_THERE = (RuntimeError, OSError, ValueError, TypeError, AssertionError)


def data_root() -> Path:
    """Where published datasets are kept, laid out as torchvision does."""
    chosen = os.environ.get("AUTOML_DATA")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "automl" / "data"


@dataclass(frozen=True)
class Published:
    """A dataset with the splits it was published with: ``train`` and ``test``."""

    given: dict[str, Split]
    labels: tuple[str, ...]


class PublishedSource(Source):
    """A class of torchvision.datasets; 15 % of its train images are cut off for validation.

    Attributes:
        kind: The class's name there.
        home: Where the dataset was published.
        install: The command that brings it as a package, if an operating system has one.
    """

    kind: ClassVar[str]
    home: ClassVar[str]
    install: ClassVar[str] = ""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read it from disk, or else download it to ``data_root()`` and read it then."""
        root = data_root()
        found = self.on_disk(root)
        if found is None:
            self._download(name, root, announce)
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

    def _download(self, name: str, root: Path, announce: Announce) -> None:
        archives = _archives(self._torchvision_class())
        try:
            for archive in archives:
                file = fetch(archive, root, announce)
                announce(f"unpacking {file.name}")
                unpack(file, file.parent)
        except (DataError, OSError, EOFError) as error:
            how = self._how_to_get(archives, root)
            raise DataError(f"{name} is not on this machine ({error}); {how}") from None

    def _how_to_get(self, archives: Sequence[Archive], root: Path) -> str:
        files = ", ".join(archive.path.name for archive in archives)
        folder = root / archives[0].path.parent
        by_hand = (
            f"put {files} from {self.home} into {folder}, or set AUTOML_DATA to where they are"
        )
        return f"`{self.install}`, or {by_hand}" if self.install else by_hand

    def _torchvision_class(self) -> Any:
        from torchvision import datasets

        return getattr(datasets, self.kind)


class Mnist(PublishedSource):
    """70,000 grey images, 28×28, of ten digits (LeCun et al., Proceedings of the IEEE 1998)."""

    kind = "MNIST"
    home = "https://yann.lecun.com/exdb/mnist"


class Cifar10(PublishedSource):
    """60,000 RGB images, 32×32, of ten things (Krizhevsky, 2009)."""

    kind = "CIFAR10"
    home = "https://www.cs.toronto.edu/~kriz/cifar.html"


class Cifar100(PublishedSource):
    """60,000 RGB images, 32×32, of a hundred things (Krizhevsky, 2009)."""

    kind = "CIFAR100"
    home = "https://www.cs.toronto.edu/~kriz/cifar.html"


def _images(half: Any) -> Images:
    """(N, C, H, W) of torchvision's (N, H, W) or (N, H, W, C)."""
    pixels = np.asarray(half.data)
    pixels = pixels[:, None] if pixels.ndim == 3 else pixels.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(pixels)


def _targets(half: Any) -> Targets:
    return np.asarray(half.targets, np.int64)


def _archives(kind: Any) -> list[Archive]:
    """The files behind a torchvision class: four of the MNIST family, one of the others."""
    if not hasattr(kind, "mirrors"):
        return [Archive((kind.url,), Path(kind.filename), kind.tgz_md5)]
    folder = Path(kind.__name__, "raw")
    return [
        Archive(tuple(mirror + name for mirror in kind.mirrors), folder / name, md5)
        for name, md5 in kind.resources
    ]
