from __future__ import annotations

from pathlib import Path

import pytest
import torch
from export_models import NETWORK, facts_of, model_of
from torch.nn import functional

from automl.data.dataset import Dataset
from automl.data.load import load_dataset
from automl.export.bundle import Bundle
from automl.export.facts import ModelFacts


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load_dataset("digits", {}, seed=0, announce=lambda line: None)


@pytest.fixture(scope="session")
def facts(digits: Dataset) -> ModelFacts:
    return facts_of(NETWORK, digits)


@pytest.fixture(scope="session")
def model(digits: Dataset) -> torch.nn.Module:
    """A few steps of training: enough for digits to be told apart and statistics to be real."""
    torch.manual_seed(0)
    model = model_of(NETWORK, digits).train()
    inputs, targets = map(torch.tensor, (digits.train.inputs, digits.train.targets))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for batch in torch.randint(len(inputs), (40, 64)):
        optimizer.zero_grad()
        functional.cross_entropy(model(inputs[batch]), targets[batch]).backward()
        optimizer.step()
    return model.eval()


@pytest.fixture(scope="session")
def bundle(
    tmp_path_factory: pytest.TempPathFactory, facts: ModelFacts, model: torch.nn.Module
) -> Bundle:
    folder: Path = tmp_path_factory.mktemp("study") / "best"
    return Bundle.write(folder, facts, model.state_dict())
