"""Every published dataset: small files in the layout of the real ones, where they are looked for.

Those that come with a package are as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from automl.data import DATASETS
from automl.data.catalogue.published import DatasetEntry, PublishedFile
from published_data.images import trust_cifar, write_cifar, write_mnist
from published_data.series import write_beijing, write_co2, write_sunspots, write_ucr
from published_data.tables import write_diamonds
from published_data.texts import write_newsgroups, write_reviews

# Each writes a dataset's files into a folder.
WRITERS: Mapping[str, Callable[[Path], object]] = {
    "fashion_mnist": write_mnist,
    "mnist": write_mnist,
    "cifar10": partial(write_cifar, "CIFAR10"),
    "cifar100": partial(write_cifar, "CIFAR100"),
    "rotten_tomatoes": write_reviews,
    "imdb": write_reviews,
    "newsgroups": write_newsgroups,
    "diamonds": write_diamonds,
    "arrow_head": partial(write_ucr, archive_name="ArrowHead"),
    "gun_point": partial(write_ucr, archive_name="GunPoint"),
    "italy_power_demand": partial(write_ucr, archive_name="ItalyPowerDemand"),
    "beijing_pm25": write_beijing,
    "co2": write_co2,
    "sunspots": write_sunspots,
}


def publish(root: Path, patch: pytest.MonkeyPatch, names: Iterable[str] = WRITERS) -> None:
    """Make ``root`` the folder of all data, and have these files pass for the published ones."""
    patch.setenv("AUTOML_DATA", str(root))
    for name in names:
        dataset = DATASETS[name]
        folder = dataset.entry.files_folder
        folder.mkdir(parents=True, exist_ok=True)
        WRITERS[name](folder)
        patch.setattr(dataset, "entry", pinned(dataset.entry))
        if name.startswith("cifar"):
            trust_cifar(name.upper(), root, patch)


def pinned(entry: DatasetEntry) -> DatasetEntry:
    """The entry without sources, with the sizes and checksums of the files in its folder."""
    contents = {file.name: (entry.files_folder / file.name).read_bytes() for file in entry.files}
    files = tuple(
        PublishedFile(name, len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
        for name, content in contents.items()
    )
    return replace(entry, files=files, sources=())
