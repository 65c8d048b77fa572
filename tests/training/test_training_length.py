"""How long a training is where its space leaves that to the data."""

from __future__ import annotations

import math

import pytest

from automl.training.settings import MOST_EPOCHS, batch_size_for, epochs_for


@pytest.mark.parametrize("examples", [35, 50, 200, 1_257, 5_000])
def test_few_examples_get_about_a_thousand_steps(examples: int) -> None:
    batch_size = batch_size_for(examples)
    steps = math.ceil(examples / batch_size) * epochs_for(examples, batch_size)
    assert 1_000 <= steps < 1_100


def test_many_examples_get_more_steps_in_fewer_epochs() -> None:
    epochs = [epochs_for(examples, 128) for examples in (5_000, 50_000, 500_000)]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[-1] >= 1
    assert 500_000 / 128 * epochs[-1] > 10 * 1_000


def test_a_handful_of_examples_is_not_trained_for_ever() -> None:
    assert epochs_for(4, batch_size_for(4)) == MOST_EPOCHS


@pytest.mark.parametrize(
    ("examples", "batch_size"), [(3, 4), (35, 8), (200, 16), (1_257, 32), (10**6, 256)]
)
def test_batches_grow_with_the_data(examples: int, batch_size: int) -> None:
    assert batch_size_for(examples) == batch_size


@pytest.mark.parametrize(("examples", "batch_size"), [(35, 8), (1_257, 64), (6_000, 128)])
def test_batches_of_texts_are_larger(examples: int, batch_size: int) -> None:
    assert batch_size_for(examples, texts=True) == batch_size
