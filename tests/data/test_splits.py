from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl.core.errors import DataError
from automl.data.dataset import Split
from automl.data.splits import complete_splits, split_indices, split_rows

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


PARTS = st.sampled_from([("validation",), ("validation", "test")])


@st.composite
def keys(draw):
    """What groups or times look like: few or many, of very different sizes, in any order."""
    counts = draw(st.lists(st.integers(1, 40), min_size=3, max_size=30))
    found = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(draw(SEEDS)).permutation(found)


def check_parts(found, rows: int, parts) -> None:
    """Every row is in one part, no part is empty, and rows keep their order."""
    assert list(found) == ["train", *parts]
    for part in found.values():
        assert len(part)
        assert (np.diff(part) > 0).all()
    assert sorted(np.concatenate(list(found.values())).tolist()) == list(range(rows))


@repeatable
@given(st.integers(3, 200), PARTS, SEEDS)
def test_rows_are_cut_at_random(rows, parts, seed):
    found = split_rows(rows, seed, held_out=parts)
    check_parts(found, rows, parts)
    for part in parts:
        assert abs(len(found[part]) - 0.15 * rows) <= 1


@repeatable
@given(keys(), PARTS, SEEDS, st.booleans())
def test_a_group_is_in_one_part(groups, parts, seed, with_classes):
    classes = np.random.default_rng(seed).integers(0, 3, len(groups)) if with_classes else None
    names = [f"group {group}" for group in groups]
    found = split_rows(len(groups), seed, classes=classes, groups=names, held_out=parts)
    check_parts(found, len(groups), parts)
    homes = [set(groups[part]) for part in found.values()]
    assert sum(map(len, homes)) == len(set(groups))
    again = split_rows(len(groups), seed, classes=classes, groups=names, held_out=parts)
    assert all((again[name] == found[name]).all() for name in found)


@repeatable
@given(keys(), PARTS, SEEDS)
def test_what_is_held_out_is_later_than_all_before(times, parts, seed):
    found = split_rows(len(times), seed, times=times, held_out=parts)
    check_parts(found, len(times), parts)
    for earlier, later in pairwise(found.values()):
        assert times[earlier].max() < times[later].min()


def test_times_that_differ_are_cut_by_their_share():
    found = split_rows(100, 0, times=np.arange(100)[::-1])
    assert [len(part) for part in found.values()] == [70, 15, 15]
    assert found["test"].tolist() == list(range(15))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"groups": ["a", "b"] * 9}, "2 groups cannot be split into 3 splits"),
        ({"times": np.zeros(18)}, "1 different times cannot be split into 3 splits"),
    ],
)
def test_too_few_groups_or_times(keys, told):
    with pytest.raises(DataError, match=told):
        split_rows(18, 0, **keys)


def test_too_few_rows():
    with pytest.raises(DataError, match="2 rows cannot be split into 3 splits"):
        split_rows(2, 0)
