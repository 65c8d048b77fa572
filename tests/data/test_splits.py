from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.core.errors import DataError
from automl.data.dataset import Split
from automl.data.splits import complete_splits, split_indices

SHARES = st.lists(st.floats(0.05, 0.3), max_size=3)
SEEDS = st.integers(0, 2**32 - 1)
repeatable = settings(derandomize=True, deadline=None)


@st.composite
def targets_and_shares(draw):
    """Classes of very different sizes, each just large enough for the parts."""
    shares = draw(SHARES)
    counts = draw(st.lists(st.integers(len(shares) + 1, 60), min_size=2, max_size=6))
    targets = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(draw(SEEDS)).permutation(targets), shares


@repeatable
@given(targets_and_shares(), SEEDS)
def test_parts_are_disjoint_and_cover_everything(drawn, seed):
    targets, shares = drawn
    parts = split_indices(targets, shares, seed)
    assert len(parts) == len(shares) + 1
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(targets)))


@repeatable
@given(targets_and_shares(), SEEDS)
def test_every_class_is_in_every_part_with_its_share(drawn, seed):
    targets, shares = drawn
    counts = np.bincount(targets)
    for share, part in zip(shares, split_indices(targets, shares, seed)[1:], strict=True):
        found = np.bincount(targets[part], minlength=len(counts))
        assert (found >= 1).all()
        assert (np.abs(found - share * counts) <= 1).all()
    rest = split_indices(targets, shares, seed)[0]
    assert set(targets[rest]) == set(targets)


@repeatable
@given(targets_and_shares(), SEEDS)
def test_same_seed_same_parts(drawn, seed):
    targets, shares = drawn
    for one, other in zip(
        split_indices(targets, shares, seed), split_indices(targets, shares, seed), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_another_seed_gives_other_parts():
    targets = np.repeat(np.arange(3), 50)
    parts = [split_indices(targets, [0.2], seed)[1].tolist() for seed in range(5)]
    assert len({tuple(part) for part in parts}) == 5


def test_parts_are_the_same_on_every_machine():
    parts = split_indices(np.repeat(np.arange(2), 5), [0.2, 0.2], seed=7)
    assert [part.tolist() for part in parts] == [[1, 2, 4, 5, 8, 9], [0, 7], [3, 6]]


def examples(*counts: int) -> Split:
    targets = np.repeat(np.arange(len(counts)), counts)
    return Split(np.zeros((len(targets), 1, 2, 2), np.uint8), targets)


@pytest.mark.parametrize(
    ("names", "sizes"),
    [
        (("train",), (70, 16, 16)),
        (("train", "test"), (86, 16, 30)),
        (("train", "validation"), (86, 30, 16)),
        (("train", "validation", "test"), (102, 30, 30)),
    ],
)
def test_what_is_given_stays_and_the_rest_is_cut_from_train(names, sizes):
    given = {name: examples(51, 51) if name == "train" else examples(15, 15) for name in names}
    splits = complete_splits(given, ("a", "b"), seed=0)
    assert (len(splits["train"]), len(splits["validation"]), len(splits["test"])) == sizes


def test_a_class_too_small_for_its_splits_is_named():
    with pytest.raises(
        DataError, match=r"class 'rare' has 2 .* at least 3 .* train, validation, test"
    ):
        complete_splits({"train": examples(50, 2)}, ("common", "rare"), seed=0)
    enough = complete_splits({"train": examples(50, 3)}, ("common", "rare"), seed=0)
    assert [int((enough[name].targets == 1).sum()) for name in enough] == [1, 1, 1]


def test_a_class_that_a_given_split_lacks_is_named():
    with pytest.raises(DataError, match=r"class 'rare' has 0 .* test"):
        complete_splits({"train": examples(9, 9), "test": examples(9)}, ("common", "rare"), 0)
