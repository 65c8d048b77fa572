"""Leakage: examples that are in two splits, and columns that determine the target."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

CORRELATION = 0.9999
"""Rank correlation above which a column counts as a function of the target."""

FEWEST_ROWS = 10
"""With fewer rows than this, a column may match the target by chance."""


def find_duplicates(
    examples: Mapping[str, Sequence[Hashable]], unit: str, alike: str
) -> tuple[str, ...]:
    """Notes on the examples of each split held out that an earlier split has as well.

    Args:
        examples: A key for each example, by split, in the order ``train``, ``validation``,
            ``test``; equal keys mean equal examples.
        unit: Plural name of an example: ``"images"``.
        alike: How closely repeated examples agree: ``"pixel for pixel"``.
    """
    notes = []
    for at, (name, keys) in enumerate(examples.items()):
        earlier = list(examples)[:at]
        seen = set(chain.from_iterable(examples[each] for each in earlier))
        count = sum(key in seen for key in keys)
        if count:
            verb = "is" if count == 1 else "are"
            notes.append(
                f"{count:,} of {len(keys):,} {name} {unit} {verb} also in {' or '.join(earlier)}, "
                f"{alike}; a model that remembers them looks better than it is"
            )
    return tuple(notes)


def find_target_leaks(
    features: pd.DataFrame, target: pd.Series[Any], is_class: bool
) -> tuple[str, ...]:
    """A note if single columns determine the target of every row.

    Args:
        features: Columns of the train split.
        target: Target of the same rows.
        is_class: Whether the target is a class; otherwise it is a number.
    """
    if len(target) < FEWEST_ROWS:
        return ()
    gives_away = _same_partition if is_class else _same_order
    found = [repr(name) for name in features if gives_away(features[name], target)]
    if not found:
        return ()
    verb = "gives" if len(found) == 1 else "give"
    return (f"{', '.join(found)} {verb} {target.name!r} away; drop what is not known beforehand",)


def _same_partition(values: pd.Series[Any], target: pd.Series[Any]) -> bool:
    """Whether each value goes with one class, and each class with one value."""
    import pandas as pd
    from pandas.api import types

    if types.is_numeric_dtype(values) and values.nunique(dropna=False) != target.nunique():
        return False  # known at once, and the texts of a million numbers take a second
    pairs = pd.DataFrame({"value": values.astype(str), "target": target.astype(str)})
    different = len(pairs.drop_duplicates())
    return bool((pairs.nunique() == different).all())


def _same_order(values: pd.Series[Any], target: pd.Series[Any]) -> bool:
    """Whether numbers rise, or fall, with the target, as a function of it does."""
    from pandas.api import types

    both = values.notna()
    if not types.is_numeric_dtype(values) or both.sum() < FEWEST_ROWS:
        return False
    with np.errstate(invalid="ignore"):  # the correlation of constant numbers is NaN
        return bool(abs(values[both].rank().corr(target[both].rank())) > CORRELATION)
