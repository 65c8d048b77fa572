"""What makes results on a table look better than they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from automl.data.dataset import Indices

if TYPE_CHECKING:
    import pandas as pd

CORRELATION = 0.9999
FEWEST_ROWS = 10


def find_duplicates(rows: pd.DataFrame, parts: Mapping[str, Indices]) -> tuple[str, ...]:
    """A note if rows of the train split are in another one too.

    Args:
        rows: What the model sees of each row, and its target.
        parts: Rows of each split.
    """
    from pandas.util import hash_pandas_object

    hashes = hash_pandas_object(rows, index=False).to_numpy()
    train = hashes[parts["train"]]
    counts = {
        name: int(np.isin(hashes[part], train).sum())
        for name, part in parts.items()
        if name != "train"
    }
    if not any(counts.values()):
        return ()
    told = " and ".join(f"{count:,} of the {name} rows" for name, count in counts.items())
    return (f"{told} are in train too, alike in all that is used and in the target",)


def find_giveaways(
    features: pd.DataFrame, target: pd.Series[Any], is_class: bool
) -> tuple[str, ...]:
    """A note if columns say of every row what its target is; of a few rows that is no surprise.

    Args:
        features: Of the train split.
        target: Of the same rows.
        is_class: Whether the target is a class; else it is a number.
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

    pairs = pd.DataFrame({"value": values.astype(str), "target": target.astype(str)})
    different = len(pairs.drop_duplicates())
    return bool((pairs.nunique() == different).all())


def _same_order(values: pd.Series[Any], target: pd.Series[Any]) -> bool:
    """Whether numbers rise, or fall, with the target: equal to it, or a function of it."""
    from pandas.api import types

    both = values.notna()
    if not types.is_numeric_dtype(values) or both.sum() < FEWEST_ROWS:
        return False
    with np.errstate(invalid="ignore"):  # NaN, of what never varies, is not above the limit
        return bool(abs(values[both].rank().corr(target[both].rank())) > CORRELATION)
