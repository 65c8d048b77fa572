"""Bundles of small models, and their data, for the tests of export and of inference."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import torch
from export_models import CASES, NETWORK, bundle_in, facts_of, trained
from made_once import made_once
from own_data import load

from automl.data.dataset import Dataset
from automl.data.source import load_dataset
from automl.export.bundle import Bundle
from automl.export.facts import ModelFacts


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load_dataset("digits", "images", {}, seed=0, announce=lambda line: None)


@pytest.fixture(scope="session")
def facts(digits: Dataset) -> ModelFacts:
    return facts_of(NETWORK, digits)


@pytest.fixture(scope="session")
def model(digits: Dataset) -> torch.nn.Module:
    return trained(NETWORK, digits)


@pytest.fixture(scope="session")
def bundle(
    tmp_path_factory: pytest.TempPathFactory, facts: ModelFacts, model: torch.nn.Module
) -> Bundle:
    folder: Path = tmp_path_factory.mktemp("study") / "best"
    return Bundle.write(folder, facts, model.state_dict())


@pytest.fixture(scope="session")
def data_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Dataset]]:
    """A kind's file and what is in it; made once."""
    return cache(lambda kind: load(kind, tmp_path_factory.mktemp(kind)))


@pytest.fixture(scope="session")
def bundle_of(
    tmp_path_factory: pytest.TempPathFactory,
    data_of: Callable[[str], tuple[Path, Dataset]],
) -> Callable[[str], Bundle]:
    """The bundle of a case's trained model; made once."""

    def find(name: str) -> Bundle:
        case = CASES[name]
        _, data = data_of(case.kind)

        def train(folder: Path) -> None:
            bundle_in(folder / "best", case, data)

        return Bundle.load(made_once(tmp_path_factory, f"bundle of {name}", train) / "best")

    return cache(find)
