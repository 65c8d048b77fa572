"""A matrix of confusions that stays small."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from automl.tasks.classification import MAX_CONFUSION_CLASSES, OTHER_CLASSES, make_confusion


def labels(count: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(count))


def test_few_classes_are_all_there() -> None:
    found = make_confusion(("a", "b"), torch.tensor([[3, 1], [0, 2]]))
    assert found.labels == ("a", "b")
    assert found.counts == ((3, 1), (0, 2))


@given(st.integers(MAX_CONFUSION_CLASSES + 1, 80), st.integers(0, 2**16))
def test_of_many_classes_no_example_is_lost(count: int, seed: int) -> None:
    counts = torch.randint(9, (count, count), generator=torch.Generator().manual_seed(seed))
    found = make_confusion(labels(count), counts)
    assert len(found.labels) == len(found.counts) == MAX_CONFUSION_CLASSES
    assert found.labels[-1] == OTHER_CLASSES
    assert sum(map(sum, found.counts)) == counts.sum()
    for row, label in zip(found.counts[:-1], found.labels, strict=False):
        assert sum(row) == counts[int(label.split()[1])].sum()


def test_the_classes_with_the_most_errors_are_kept() -> None:
    counts = torch.eye(100, dtype=torch.int64) * 50
    counts[97, 3] = 9
    found = make_confusion(labels(100), counts)
    assert {"class 97", "class 3"} < set(found.labels)
    row, column = found.labels.index("class 97"), found.labels.index("class 3")
    assert found.counts[row][column] == 9
