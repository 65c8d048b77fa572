"""Splits: at random with every class in each, by group, or by time; and rare classes."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.core.text import count
from automl.data.dataset import Clusters, Indices, Split, Targets

FIXED_SEED = 0
"""Seed of the splits of published datasets, which are the same in every study."""

HELD_OUT_SHARE = 0.15
"""Share of the examples in validation, and in test."""

FEW = 10
"""With fewer examples than this, one example per class is no reason to doubt the target."""

MOST_NAMED = 5
"""Classes that a note names."""

Mask = npt.NDArray[np.bool_]
RowSplit = Callable[[Indices], Mapping[str, Indices]]


def split_indices(targets: Targets, held_out: Sequence[float], seed: int) -> tuple[Indices, ...]:
    """Split examples so that each split has every class in (nearly) the same proportion.

    Each class is shuffled and split on its own. A split drawn from all classes at once, as
    scikit-learn's ``train_test_split(stratify=…)`` does, may leave out a rare class.

    Args:
        targets: (N,) class ids; every class has at least ``len(held_out) + 1`` examples.
        held_out: Shares of the splits to hold out, each above 0, in sum well below 1.
        seed: Seed; it gives the same splits on every machine and with every version of NumPy.

    Returns:
        Sorted indices of the rest, then of each split held out; each has all classes.
    """
    # RandomState and not default_rng: NumPy guarantees its stream for good (NEP 19).
    random = np.random.RandomState(seed)
    splits: list[list[Indices]] = [[] for _ in range(len(held_out) + 1)]
    for label in np.unique(targets):
        members = random.permutation(np.flatnonzero(targets == label))
        counts = [max(1, round(share * len(members))) for share in held_out]
        *held, rest = np.split(members, np.cumsum(counts))
        for split, indices in zip(splits, [rest, *held], strict=True):
            split.append(indices)
    return tuple(np.sort(np.concatenate(split)) for split in splits)


def complete_splits(
    given: Mapping[str, Split], labels: tuple[str, ...], seed: int
) -> dict[str, Split]:
    """Take the splits that are not given from the train split, 15 % of it each.

    Args:
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names.
        seed: Seed of the split.

    Raises:
        DataError: A class has too few examples to be in every split.
    """
    check_class_counts({name: split.targets for name, split in given.items()}, labels)
    missing = _missing_splits(given)
    train = given["train"]
    found = split_indices(train.targets, [HELD_OUT_SHARE] * len(missing), seed)
    taken = {name: train.take(rows) for name, rows in zip(["train", *missing], found, strict=True)}
    return {**given, **taken}


def check_class_counts(given: Mapping[str, Targets], labels: tuple[str, ...]) -> None:
    """Check that every split, given or still to be taken from train, can have every class.

    Args:
        given: (N,) class ids of each split that is given, ``train`` among them.
        labels: Class names.

    Raises:
        DataError: A class has too few examples; names the rarest one.
    """
    for name, targets in given.items():
        needed_for = [name, *_missing_splits(given)] if name == "train" else [name]
        counts = np.bincount(targets, minlength=len(labels))
        rarest = int(counts.argmin())
        if counts[rarest] < len(needed_for):
            raise DataError(
                f"class {labels[rarest]!r} has {count(int(counts[rarest]), 'usable example')}, but "
                f"at least {len(needed_for)} are needed, one each for {', '.join(needed_for)}"
                + _doubt_target(len(labels), len(targets))
            )


def _doubt_target(classes: int, examples: int) -> str:
    """The end of a message where most examples have a class of their own."""
    if 2 * classes <= max(examples, FEW):
        return ""
    return (
        f"; {classes:,} classes in {examples:,} examples: is it the right target? numbers are "
        "written plainly, as 1234.5"
    )


def _missing_splits(given: Mapping[str, object]) -> list[str]:
    return [name for name in ("validation", "test") if name not in given]


def split_rows(
    rows: int,
    seed: int,
    *,
    classes: Targets | None = None,
    groups: Sequence[Hashable] | None = None,
    times: npt.NDArray[Any] | None = None,
    held_out: Sequence[str] = ("validation", "test"),
) -> dict[str, Indices]:
    """Split rows into ``train`` and the splits held out, about 15 % each, without a leak.

    Args:
        rows: Number of rows.
        seed: Seed of the split; not used by time.
        classes: (N,) class ids, of which every split gets all; None where numbers are predicted.
        groups: Group of each row; the rows of a group stay together: a patient, a film, a session.
        times: (N,) sortable times: the latest rows are held out, rows of one time stay together.
        held_out: Names of the splits held out; by time in this order, the last is the latest.

    Returns:
        Sorted indices of each split.

    Raises:
        DataError: There are too few rows, groups or times.
    """
    names = ["train", *held_out]
    if rows < len(names):
        raise DataError(f"{rows} rows cannot be split into {len(names)} splits")
    if times is not None:
        found = _split_by_time(times, len(held_out))
    elif groups is not None:
        found = _split_by_group(groups, classes, len(held_out), seed)
    else:
        strata = np.zeros(rows, np.int64) if classes is None else classes
        found = split_indices(strata, [HELD_OUT_SHARE] * len(held_out), seed)
    return dict(zip(names, found, strict=True))


def _split_by_time(times: npt.NDArray[Any], held_out: int) -> tuple[Indices, ...]:
    moments, counts = np.unique(times, return_counts=True)
    if len(moments) <= held_out:
        raise DataError(
            f"{len(moments)} different times cannot be split into {held_out + 1} splits"
        )
    # Share of the rows up to each moment; a split begins where it is nearest to its share.
    passed = np.cumsum(counts) / len(times)
    wanted = [1 - HELD_OUT_SHARE * left for left in range(held_out, 0, -1)]
    starts: list[int] = []
    for number, share in enumerate(wanted):
        lowest, highest = (starts[-1] + 1 if starts else 1), len(moments) - held_out + number
        starts.append(int(np.clip(np.abs(passed - share).argmin() + 1, lowest, highest)))
    split_of = np.searchsorted(moments[starts], times, side="right")
    return tuple(np.flatnonzero(split_of == split) for split in range(held_out + 1))


def _split_by_group(
    groups: Sequence[Hashable], classes: Targets | None, held_out: int, seed: int
) -> tuple[Indices, ...]:
    """Folds of whole groups with classes as even as possible; one fold for each split."""
    from sklearn.model_selection import StratifiedGroupKFold

    numbers = clusters_of(groups).ids
    different = int(numbers.max()) + 1
    if different <= held_out:
        raise DataError(f"{different} groups cannot be split into {held_out + 1} splits")
    strata = np.zeros(len(numbers), np.int64) if classes is None else classes
    folds = min(different, round(1 / HELD_OUT_SHARE))
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():  # it warns of classes with few members, which is fine here
        warnings.simplefilter("ignore")
        held = [test for _, test in splitter.split(strata, strata, numbers)][:held_out]
    train = np.setdiff1d(np.arange(len(numbers)), np.concatenate(held))
    return train, *held


def clusters_of(groups: Sequence[Hashable]) -> Clusters:
    """A cluster for the examples of each group."""
    _, numbers = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    return Clusters(numbers.astype(np.int64), "groups")


@dataclass(frozen=True, eq=False)
class ClassSplits:
    """Splits of examples of classes, of which some may be left out.

    Args:
        splits: Sorted indices of each split.
        labels: Names of the classes that are left.
        ids: (classes,) int64, the new id of each class, -1 for a class that is left out.
        notes: Remarks for the user, a sentence each.
    """

    splits: Mapping[str, Indices]
    labels: tuple[str, ...]
    ids: Targets
    notes: tuple[str, ...]


def split_classes(
    targets: Targets,
    labels: tuple[str, ...],
    split: RowSplit,
    *,
    splits: int = 3,
    keep_rare: bool = False,
    by_chance: bool = True,
) -> ClassSplits:
    """Split examples although some classes have fewer examples than there are splits.

    Such a class is left out, or kept in train. By group or by time, other classes too may be
    missing in a split, which is noted; a class that train lacks is left out, for it cannot be
    learned.

    Args:
        targets: (N,) class ids.
        labels: Class names.
        split: Splits the examples at some indices; returns places among these by split.
        splits: Number of splits that it makes.
        keep_rare: Whether rare classes are kept in train.
        by_chance: Whether any example may be in any split, so that each can have every class.

    Raises:
        DataError: Fewer than two classes are left, or most of the examples are of rare classes.
    """
    counts = np.bincount(targets, minlength=len(labels))
    rare = counts < splits
    usual = ~rare[targets]
    if 2 * usual.sum() < len(targets) or (~rare).sum() < 2:
        check_class_counts({"train": targets}, labels)
    rows = np.flatnonzero(usual) if by_chance or not keep_rare else np.arange(len(targets))
    found = {name: rows[places] for name, places in split(rows).items()}
    if keep_rare:
        held_out = {name: each[usual[each]] for name, each in found.items() if name != "train"}
        rare_rows = np.flatnonzero(~usual) if by_chance else np.empty(0, np.int64)
        found = {"train": np.sort(np.concatenate([found["train"], rare_rows])), **held_out}
    known: Mask = np.isin(np.arange(len(labels)), targets[found["train"]])
    _check_classes_left(found, targets, known, labels)
    found = {name: each[known[targets[each]]] for name, each in found.items()}
    ids = np.where(known, np.cumsum(known) - 1, -1)
    kept = tuple(label for label, is_known in zip(labels, known, strict=True) if is_known)
    notes = _class_notes(labels, targets, found, known, rare, splits)
    return ClassSplits(found, kept, ids, notes)


def _check_classes_left(
    found: Mapping[str, Indices], targets: Targets, known: Mask, labels: tuple[str, ...]
) -> None:
    for name, rows in found.items():
        left = np.unique(targets[rows][known[targets[rows]]])
        if len(left) < 2:
            only = f" only, {labels[left[0]]!r}" if len(left) else " that train has"
            raise DataError(
                f"{name} has examples of {count(len(left), 'class', 'classes')}{only}, and a "
                "classifier needs two: add examples, or split by another column"
            )


def _class_notes(
    labels: tuple[str, ...],
    targets: Targets,
    found: Mapping[str, Indices],
    known: Mask,
    rare: Mask,
    splits: int,
) -> tuple[str, ...]:
    counts = np.bincount(targets, minlength=len(labels))
    reasons = (
        ("left out", rare & ~known, f"fewer than {splits} each; --keep-rare keeps them in train"),
        ("left out", ~rare & ~known, "none of them is in train"),
        ("kept in train", rare & known, "too few for the other splits, so no score is about them"),
    )
    notes = [
        f"{did} {count(int(counts[which].sum()), 'example')} of "
        f"{count(int(which.sum()), 'class', 'classes')} {_class_names(labels, which, counts)}: "
        f"{why}"
        for did, which, why in reasons
        if which.any()
    ]
    for name, rows in found.items():
        missing = known & ~rare & (np.bincount(targets[rows], minlength=len(labels)) == 0)
        if missing.any():
            notes.append(f"{name} has no example of {_class_names(labels, missing, counts)}")
    return tuple(notes)


def _class_names(labels: tuple[str, ...], which: Mask, counts: Targets) -> str:
    places = np.flatnonzero(which)
    shown = [f"{labels[at]!r} ({counts[at]:,})" for at in places[:MOST_NAMED]]
    more = [f"{len(places) - MOST_NAMED:,} more"] if len(places) > MOST_NAMED else []
    return ", ".join([*shown, *more])
