"""What is wrong with a space, as a list of lines."""

from __future__ import annotations

import pytest
from small_vocabulary import VOCABULARY

from automl.core.errors import SpaceError
from automl.spaces.space import parse_space

HEAD = "task: image_classification\ndata: digits\n"


def problems(text: str) -> list[str]:
    """``line: message`` of each problem."""
    with pytest.raises(SpaceError) as caught:
        parse_space(text, VOCABULARY, "space.yaml")
    return [f"{each.line}: {each}" for each in caught.value.problems]


def of_network(network: str) -> list[str]:
    return problems(f"{HEAD}network: {network}\n")


def of_training(training: str) -> list[str]:
    return problems(f"{HEAD}network: [flatten]\ntraining: {training}\n")


def of_section(section: str) -> list[str]:
    return problems(f"{HEAD}network: [flatten]\n{section}\n")
