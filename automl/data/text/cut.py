"""How texts are cut into splits, so that no text is in two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Indices, Split
from automl.data.splits import check_enough, cut_rows

HELD_OUT = ("validation", "test")


def complete_texts(
    given: Mapping[str, Split], labels: tuple[str, ...], seed: int
) -> tuple[dict[str, Split], tuple[str, ...]]:
    """Cut the splits that are not given from the train split, 15 % of it each.

    Texts that are the same, word for word, stay together.

    Args:
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names; none where numbers are predicted.
        seed: Seed of the cut.

    Returns:
        The three splits, and notes on texts that occur more than once.

    Raises:
        DataError: There are too few different texts, or too few of a class.
    """
    missing = [name for name in HELD_OUT if name not in given]
    if not missing:
        return dict(given), find_shared(given)
    train = given["train"]
    texts = _number(train)
    different = train.take(np.unique(texts, return_index=True)[1])
    _check_enough({**given, "train": different}, labels, missing)
    classes = different.targets if labels else None
    parts = cut_rows(len(different), seed, classes=classes, parts=missing)
    cut = {name: train.take(np.flatnonzero(np.isin(texts, part))) for name, part in parts.items()}
    splits = {**given, **cut}
    return splits, (*_find_repeats(texts, train), *find_shared(splits))


def find_shared(splits: Mapping[str, Split]) -> tuple[str, ...]:
    """A note for each two splits that have texts in common."""
    notes = []
    for one, other in combinations(("train", *HELD_OUT), 2):
        known = set(splits[one].inputs)
        shared = sum(text in known for text in splits[other].inputs)
        if shared:
            texts = "text" if shared == 1 else "texts"
            notes.append(f"{shared:,} {texts} of {other} also in {one}, word for word")
    return tuple(notes)


def _check_enough(
    given: Mapping[str, Split], labels: tuple[str, ...], missing: Sequence[str]
) -> None:
    if labels:
        check_enough({name: split.targets for name, split in given.items()}, labels)
    if len(given["train"]) <= len(missing):
        raise DataError(
            f"{len(given['train'])} different texts cannot be cut into {len(missing) + 1} splits"
        )


def _find_repeats(texts: Indices, train: Split) -> tuple[str, ...]:
    repeats = len(texts) - len(np.unique(texts))
    if not repeats:
        return ()
    rows = "text repeats" if repeats == 1 else "texts repeat"
    note = f"{repeats:,} {rows} another one word for word; both are put into the same split"
    targets = np.unique(train.targets, return_inverse=True)[1].reshape(-1)
    pairs = np.unique(np.stack([texts, targets]), axis=1)
    contrary = int((np.bincount(pairs[0]) > 1).sum())
    return (f"{note}, and {contrary:,} of them have several targets" if contrary else note,)


def _number(split: Split) -> Indices:
    """(N,): the same number for the same text, from 0 in the order in which they come."""
    import pandas as pd

    return np.asarray(pd.factorize(split.inputs)[0], np.int64)
