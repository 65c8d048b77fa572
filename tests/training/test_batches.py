"""Which examples go into which batch, and how much each class counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from small_runs import make_run

from automl.training.batches import balanced_weights, evaluation_batches, share_of, training_batches
from automl.training.device import Tensors


@given(st.integers(1, 1000), st.integers(1, 4))
def test_parts_of_an_epoch_hold_each_batch_once_and_the_first_is_not_empty(batches, parts):
    cut = [share_of(batches, part, parts) for part in range(parts)]
    assert [batch for part in cut for batch in part] == list(range(batches))
    assert cut[0]
    if batches >= parts:
        lengths = [len(part) for part in cut]
        assert max(lengths) - min(lengths) <= 1


def texts(lengths: list[int]) -> Tensors:
    """A text of ones of each length, behind it padding; the n-th example's target is n."""
    tokens = torch.zeros(len(lengths), max(lengths), dtype=torch.int32)
    for row, length in enumerate(lengths):
        tokens[row, :length] = 1
    return Tensors.of_texts(tokens, torch.arange(len(lengths)))


sizes = st.integers(2, 300).map(
    lambda examples: Tensors(torch.zeros(examples, 1), torch.zeros(examples))
)
any_data = sizes | st.lists(st.integers(1, 60), min_size=2, max_size=300).map(texts)


@given(data=any_data, batch_size=st.integers(2, 400), seed=st.integers(0, 9))
def test_batches_hold_each_example_once_and_are_never_single(data, batch_size, seed):
    batches = training_batches(make_run(batch_size=batch_size), data, seed)
    assert torch.cat(batches).sort().values.tolist() == list(range(len(data)))
    assert all(2 <= len(batch) <= batch_size + 1 for batch in batches)
    assert sum(len(batch) != batch_size for batch in batches) <= 1


def test_texts_of_like_length_share_a_batch_that_is_as_long_as_its_longest():
    lengths = torch.randint(1, 200, (2000,), generator=torch.Generator().manual_seed(0)).tolist()
    data = texts(lengths)
    batches = training_batches(make_run(batch_size=32), data, seed=0)
    padded = sum(data.inputs_at(batch).numel() for batch in batches)
    assert padded < 1.1 * sum(lengths)
    assert padded < 0.6 * data.inputs.numel()


@given(data=any_data, size=st.integers(1, 99))
def test_evaluation_gives_outputs_in_the_order_of_the_data(data, size):
    batches, back = evaluation_batches(data, size)
    rows = [row[row != 0].tolist() for batch in batches for row in batch]
    ordered = rows if back is None else [rows[at] for at in back.tolist()]
    assert ordered == [row[row != 0].tolist() for row in data.inputs]


def test_balanced_sampling_draws_rare_classes_as_often():
    targets = torch.tensor([0] * 950 + [1] * 40 + [2] * 10)
    run = make_run(sampling="balanced")
    drawn = torch.cat(training_batches(run, Tensors(torch.zeros(1000, 1), targets), seed=0))
    counts = targets[drawn].bincount()
    assert counts.min() > 280
    assert counts.sum() == 1000


def test_balanced_weights_make_classes_count_the_same():
    """As scikit-learn's ``class_weight="balanced"``; a class without an example weighs nothing."""
    from sklearn.utils.class_weight import compute_class_weight

    targets = torch.tensor([0, 0, 0, 0, 0, 2, 2, 3])
    expected = compute_class_weight("balanced", classes=np.array([0, 2, 3]), y=targets.numpy())
    weights = balanced_weights(targets, classes=5)
    assert weights[[0, 2, 3]].tolist() == pytest.approx(expected)
    assert weights[[1, 4]].tolist() == [0, 0]
