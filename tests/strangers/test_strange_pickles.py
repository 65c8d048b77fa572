"""Pickles in the place of checkpoints and of published data are never loaded as such."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from attacks import evil_pickle
from published_data.images import write_cifar, write_mnist

from automl.core.errors import DataError
from automl.data.catalogue.images import Cifar10, Cifar100, Mnist
from automl.data.series.layouts import read_ts
from automl.data.tables.reader import SUFFIXES, read_table
from automl.training.state import load_checkpoint


class NoRun:
    """Would be given what was read."""

    def load_state_dict(self, state: object) -> None:
        raise AssertionError(f"{state} was read")


NO_RUN = cast(Any, NoRun())


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_checkpoint(tmp_path: Path, protocol: int) -> None:
    file = tmp_path / "state.pt"
    file.write_bytes(evil_pickle(tmp_path / "marker", protocol))
    with pytest.raises((pickle.UnpicklingError, RuntimeError)):
        load_checkpoint(NO_RUN, file)
    assert not (tmp_path / "marker").exists()


def test_an_object_inside_a_checkpoint(tmp_path: Path) -> None:
    torch.save({"model": torch.nn.Linear(1, 1)}, tmp_path / "state.pt")
    with pytest.raises(pickle.UnpicklingError):
        load_checkpoint(NO_RUN, tmp_path / "state.pt")


def test_what_stands_in_for_mnist(tmp_path: Path) -> None:
    """An old torchvision kept the two halves as pickles, and a newer one still takes them."""
    for name in ("raw", "processed"):
        (tmp_path / "MNIST" / name).mkdir(parents=True)
    write_mnist(tmp_path / "MNIST" / "raw")
    for half in ("training", "test"):
        evil = evil_pickle(tmp_path / "marker")
        (tmp_path / "MNIST" / "processed" / f"{half}.pt").write_bytes(evil)
    found = Mnist().on_disk(tmp_path)
    assert found is not None
    assert found.given["train"].inputs.dtype == np.uint8
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize(
    ("kind", "folder", "file"),
    [
        (Cifar10, "cifar-10-batches-py", "data_batch_1"),
        (Cifar10, "cifar-10-batches-py", "batches.meta"),
        (Cifar100, "cifar-100-python", "train"),
        (Cifar100, "cifar-100-python", "meta"),
    ],
)
def test_what_stands_in_for_cifar(
    tmp_path: Path, kind: type[Cifar10 | Cifar100], folder: str, file: str
) -> None:
    (tmp_path / folder).mkdir()
    write_cifar(kind.torchvision, tmp_path / folder)
    (tmp_path / folder / file).write_bytes(evil_pickle(tmp_path / "marker"))
    assert kind().on_disk(tmp_path) is None
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_called_a_table(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"rows{suffix}"
    file.write_bytes(evil_pickle(tmp_path / "marker"))
    with pytest.raises(DataError):
        read_table(file)
    assert not (tmp_path / "marker").exists()


def test_what_is_called_a_series(tmp_path: Path) -> None:
    (tmp_path / "a.ts").write_bytes(evil_pickle(tmp_path / "marker"))
    with pytest.raises(DataError):
        read_ts(tmp_path / "a.ts")
    assert not (tmp_path / "marker").exists()
