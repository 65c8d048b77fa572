"""Stratified splits: every class is in every split, in the same proportions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from automl.core.errors import DataError
from automl.data.dataset import Indices, Split, Targets

# A named dataset is split in the same way in every study.
FIXED_SEED = 0
SHARE = 0.15


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
            raise DataError(
                f"class {labels[rarest]!r} has {counts[rarest]} usable examples, but at least "
                f"{len(needed_for)} are needed, one each for {', '.join(needed_for)}"
            )


def _missing(given: Mapping[str, object]) -> list[str]:
    return [name for name in ("validation", "test") if name not in given]
