"""Splits: at random with every class in each, by group, or by time."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.errors import DataError
from automl.data.dataset import Indices, Split, Targets

# A named dataset is split in the same way in every study.
FIXED_SEED = 0
SHARE = 0.15
# Of so few examples, a class each is nothing to wonder about.
FEW = 10


def split_indices(targets: Targets, held_out: Sequence[float], seed: int) -> tuple[Indices, ...]:
    """Cut examples into parts that each have every class in (nearly) the same proportion.

    Each class is shuffled and cut on its own. A split drawn from all classes at once, as
    scikit-learn's ``train_test_split(stratify=…)`` does, may leave a rare class out of a part.

    Args:
        targets: Class ids (N,); every class has at least ``len(held_out) + 1`` examples.
        held_out: Shares of the parts to hold out, each above 0, in sum well below 1.
        seed: Same seed, same parts: on every machine and with every version of NumPy.

    Returns:
        Sorted indices of the rest, then of each part held out; each has at least one of a class.
    """
    # RandomState and not default_rng: NumPy guarantees its stream for good (NEP 19).
    random = np.random.RandomState(seed)
    parts: list[list[Indices]] = [[] for _ in range(len(held_out) + 1)]
    for label in np.unique(targets):
        members = random.permutation(np.flatnonzero(targets == label))
        counts = [max(1, round(share * len(members))) for share in held_out]
        pieces = np.split(members, np.cumsum(counts))
        for part, piece in zip(parts, [pieces[-1], *pieces[:-1]], strict=True):
            part.append(piece)
    return tuple(np.sort(np.concatenate(part)) for part in parts)


def complete_splits(
    given: Mapping[str, Split], labels: tuple[str, ...], seed: int
) -> dict[str, Split]:
    """Cut the splits that are not given from the train split, 15 % of it each.

    Args:
        given: ``train``, and ``validation`` and ``test`` if the data comes with them.
        labels: Class names.
        seed: Seed of the cut.

    Raises:
        DataError: A class has too few examples to be in every split.
    """
    check_enough({name: split.targets for name, split in given.items()}, labels)
    missing = _missing(given)
    train = given["train"]
    parts = split_indices(train.targets, [SHARE] * len(missing), seed)
    cut = {name: train.take(part) for name, part in zip(["train", *missing], parts, strict=True)}
    return {**given, **cut}


def check_enough(given: Mapping[str, Targets], labels: tuple[str, ...]) -> None:
    """Make sure that every split, given or still to be cut, can have every class.

    Args:
        given: Targets (N,) of the splits that are given, ``train`` among them.
        labels: Class names.

    Raises:
        DataError: A class has too few examples; names the rarest one.
    """
    for name, targets in given.items():
        needed_for = [name, *_missing(given)] if name == "train" else [name]
        counts = np.bincount(targets, minlength=len(labels))
        rarest = int(counts.argmin())
        if counts[rarest] < len(needed_for):
            examples = "example" if counts[rarest] == 1 else "examples"
            raise DataError(
                f"class {labels[rarest]!r} has {counts[rarest]} usable {examples}, but at least "
                f"{len(needed_for)} are needed, one each for {', '.join(needed_for)}"
                + _doubt_classes(len(labels), len(targets))
            )


def _doubt_classes(classes: int, examples: int) -> str:
    """What is probably wrong where examples have a class of their own, most of them."""
    if 2 * classes <= max(examples, FEW):
        return ""
    return (
        f"; {classes:,} classes in {examples:,} examples: is it the right target? numbers are "
        "written plainly, as 1234.5"
    )


def cut_rows(
    rows: int,
    seed: int,
    *,
    classes: Targets | None = None,
    groups: Sequence[Hashable] | None = None,
    times: npt.NDArray[Any] | None = None,
    parts: Sequence[str] = ("validation", "test"),
) -> dict[str, Indices]:
    """Cut rows into ``train`` and ``parts``, about 15 % each, without a leak between them.

    Args:
        rows: How many there are.
        seed: Same seed, same parts; a cut by time has no use for it.
        classes: Class ids (N,): every class is in every part; None where numbers are predicted.
        groups: Whose rows stay together: a patient, a film, a session.
        times: Sortable (N,): the latest rows are held out, and rows of one time stay together.
        parts: What is held out; by time in this order, the last of them being the latest.

    Returns:
        Sorted indices of each part.

    Raises:
        DataError: There are too few rows, groups or times.
    """
    names = ["train", *parts]
    if rows < len(names):
        raise DataError(f"{rows} rows cannot be cut into {len(names)} splits")
    if times is not None:
        found = _cut_by_time(times, len(parts))
    elif groups is not None:
        found = _cut_by_group(groups, classes, len(parts), seed)
    else:
        strata = np.zeros(rows, np.int64) if classes is None else classes
        found = split_indices(strata, [SHARE] * len(parts), seed)
    return dict(zip(names, found, strict=True))


def _cut_by_time(times: npt.NDArray[Any], parts: int) -> tuple[Indices, ...]:
    moments, counts = np.unique(times, return_counts=True)
    if len(moments) <= parts:
        raise DataError(f"{len(moments)} different times cannot be cut into {parts + 1} splits")
    # After each moment so many rows have passed; a cut is where that is nearest to its share.
    passed = np.cumsum(counts) / len(times)
    wanted = [1 - SHARE * left for left in range(parts, 0, -1)]
    cuts: list[int] = []
    for left, share in enumerate(wanted):
        lowest, highest = (cuts[-1] + 1 if cuts else 1), len(moments) - parts + left
        cuts.append(int(np.clip(np.abs(passed - share).argmin() + 1, lowest, highest)))
    part_of = np.searchsorted(moments[cuts], times, side="right")
    return tuple(np.flatnonzero(part_of == part) for part in range(parts + 1))


def _cut_by_group(
    groups: Sequence[Hashable], classes: Targets | None, parts: int, seed: int
) -> tuple[Indices, ...]:
    """Folds of whole groups, their classes as even as they can be; one fold for each part."""
    from sklearn.model_selection import StratifiedGroupKFold

    _, numbers = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    count = int(numbers.max()) + 1
    if count <= parts:
        raise DataError(f"{count} groups cannot be cut into {parts + 1} splits")
    strata = np.zeros(len(numbers), np.int64) if classes is None else classes
    folds = StratifiedGroupKFold(min(count, round(1 / SHARE)), shuffle=True, random_state=seed)
    with warnings.catch_warnings():  # that a class has few members is no matter here
        warnings.simplefilter("ignore")
        held_out = [test for _, test in folds.split(strata, strata, numbers)][:parts]
    train = np.setdiff1d(np.arange(len(numbers)), np.concatenate(held_out))
    return train, *held_out


def _missing(given: Mapping[str, object]) -> list[str]:
    return [name for name in ("validation", "test") if name not in given]
