"""How texts are split, so that no text is in two splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Indices, Split
from automl.data.leakage import find_duplicates
from automl.data.splits import split_classes, split_rows

HELD_OUT = ("validation", "test")


def split_texts(
    given: Mapping[str, Split], labels: tuple[str, ...], seed: int, keep_rare: bool = False
) -> tuple[dict[str, Split], tuple[str, ...], tuple[str, ...]]:
    """Take the splits that are not given from the train split, 15 % of it each.

    Texts that are the same, word for word, stay together.

    Args:
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names; empty where numbers are predicted.
        seed: Seed of the split.
        keep_rare: Whether classes of one or two texts stay, in train; else they are left out.

    Returns:
        The three splits, the names of the remaining classes, and sentences for the user on classes
        left out and on repeated texts.

    Raises:
        DataError: There are too few different texts, or too few of nearly every class.
    """
    missing = [name for name in HELD_OUT if name not in given]
    if not missing:
        return dict(given), labels, find_shared(given)
    train = given["train"]
    texts = _number(train)
    different = train.take(np.unique(texts, return_index=True)[1])
    if len(different) <= len(missing):
        raise DataError(f"{len(different)} different texts cannot be split into {len(missing) + 1}")
    repeated = _find_repeats(texts, train)
    if not labels:
        found: Mapping[str, Indices] = split_rows(len(different), seed, held_out=missing)
        splits = {**given, **_take(train, texts, found)}
        return splits, labels, (*repeated, *find_shared(splits))

    def split(rows: Indices) -> dict[str, Indices]:
        return split_rows(len(rows), seed, classes=different.targets[rows], held_out=missing)

    classed = split_classes(
        different.targets, labels, split, splits=len(missing) + 1, keep_rare=keep_rare
    )
    splits = {**given, **_take(train, texts, classed.splits)}
    splits = {name: _renumbered(split, classed.ids) for name, split in splits.items()}
    return splits, classed.labels, (*classed.notes, *repeated, *find_shared(splits))


def _take(train: Split, texts: Indices, chosen: Mapping[str, Indices]) -> dict[str, Split]:
    """The rows of each split; ``texts`` has the number of each row's text, ``chosen`` the texts."""
    return {name: train.take(np.flatnonzero(np.isin(texts, own))) for name, own in chosen.items()}


def _renumbered(split: Split, ids: Indices) -> Split:
    """The split without the classes left out, to which a repeated text may belong as well."""
    targets = ids[split.targets]
    return replace(split, targets=targets).take(np.flatnonzero(targets >= 0))


def find_shared(splits: Mapping[str, Split]) -> tuple[str, ...]:
    """Sentences on held-out texts that an earlier split has as well."""
    keys = {name: splits[name].inputs.tolist() for name in ("train", *HELD_OUT)}
    return find_duplicates(keys, "texts", "word for word")


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
    """int64 (N,): the same number for the same text, counted from 0 in order of appearance."""
    import pandas as pd

    return np.asarray(pd.factorize(split.inputs)[0], np.int64)
