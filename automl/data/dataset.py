"""Datasets: splits as arrays, with their encoding and their target; and standard units."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from automl.core.data_types import PADDING, Classes, Quantities, Target
from automl.data.encoding import Encoding

# Share of a fair share under which a class is rare, and number of rare classes that are named.
RARE, NAMED = 0.2, 3

Images = npt.NDArray[np.uint8]
Targets = npt.NDArray[Any]
Indices = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

# A standard deviation this much below the largest number comes from rounding alone.
ROUNDING = 8 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters of examples that depend on each other, as frames of one film do.

    A bootstrap draws whole clusters, for the examples of one tell little more than one of them.

    Args:
        ids: (N,) int64, the same number for examples of one cluster.
        name: Plural name of the clusters: ``"groups"``, ``"blocks of 52 steps"``.
    """

    ids: Indices
    name: str

    @property
    def count(self) -> int:
        """Number of clusters."""
        return len(np.unique(self.ids))

    def members(self) -> list[Indices]:
        """Indices of the examples of each cluster."""
        order = np.argsort(self.ids, kind="stable")
        ends = np.flatnonzero(np.diff(self.ids[order])) + 1
        return np.split(order, ends)

    def take(self, indices: Indices) -> Clusters:
        """The clusters of the examples at ``indices``."""
        return Clusters(self.ids[indices], self.name)


@dataclass(frozen=True, eq=False)
class Split:
    """Examples of one split.

    Args:
        inputs: (N, …), C-contiguous: images as uint8 (N, channels, height, width), texts as int32
            (N, length) tokens with ``PADDING`` behind them, tables and series as float32.
        targets: int64 (N,) class ids, or float32 (N, steps, names) quantities.
        clusters: Examples that belong together; None if each stands alone.
    """

    inputs: npt.NDArray[Any]
    targets: Targets
    clusters: Clusters | None = None

    def __post_init__(self) -> None:
        if len(self.inputs) != len(self.targets):
            raise ValueError(f"{len(self.inputs)} inputs, but {len(self.targets)} targets")

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, indices: Indices) -> Split:
        """The examples at ``indices``, copied, in their order."""
        clusters = self.clusters and self.clusters.take(indices)
        return Split(self.inputs[indices], self.targets[indices], clusters)

    def followed_by(self, other: Split) -> Split:
        """The examples of both splits, copied, those of ``other`` last, without clusters.

        Texts are padded to the length of the longest.
        """
        both = (self.inputs, other.inputs)
        longest = np.max([each.shape[1:] for each in both], axis=0)
        inputs = np.concatenate([_padded(each, longest) for each in both])
        return Split(inputs, np.concatenate([self.targets, other.targets]))


@dataclass(frozen=True, eq=False)
class Dataset:
    """Three splits of examples; the search sees ``train`` and ``validation`` alone.

    Args:
        name: Short name, for people.
        task: Name of the task that fits the targets: ``"tabular_regression"``.
        train: Examples that models are fitted on.
        validation: Examples that trials are ranked on.
        test: Examples that are opened once, for the final model.
        encoding: How the examples became arrays.
        target: Classes or quantities that are predicted.
        notes: Remarks for the user, a sentence each.
        fingerprint: SHA-256 (hexadecimal) of the content that was read, whatever the encoding.
    """

    name: str
    task: str
    train: Split
    validation: Split
    test: Split
    encoding: Encoding
    target: Target
    notes: tuple[str, ...]
    fingerprint: str

    @property
    def test_split(self) -> str:
        """Identity of the test split: a hash of its targets, whatever the encoding.

        Test splits with the same targets count as one, though their examples may differ.
        """
        return hash_content(self.test.targets)[:16]

    @property
    def rare_classes(self) -> dict[str, float]:
        """Classes with under a fifth of a fair share of the train split, each with its share."""
        if not isinstance(self.target, Classes):
            return {}
        labels = self.target.labels
        shares = np.bincount(self.train.targets, minlength=len(labels)) / len(self.train)
        rare = RARE / len(labels)
        return {name: float(each) for name, each in zip(labels, shares, strict=True) if each < rare}

    def joined(self) -> Dataset:
        """The same dataset with the validation split added to the train split.

        For the final model, which has nothing left to choose: its validation scores mean nothing.
        """
        return replace(self, train=self.train.followed_by(self.validation))

    def describe(self) -> str:
        """Sizes of the splits, an example and the target, in a line."""
        rare = [f"{name!r} {share:.1%}" for name, share in self.rare_classes.items()]
        more = f" and {len(rare) - NAMED:,} more" if len(rare) > NAMED else ""
        few = f" (few are {', '.join(rare[:NAMED])}{more})" if rare else ""
        return (
            f"{self.name}, {len(self.train):,} train + {len(self.validation):,} validation "
            f"{self.encoding.unit} ({len(self.test):,} test kept aside), "
            f"{self.encoding.describe()}, {self.target}{few}"
        )


def hash_content(*content: object) -> str:
    """SHA-256 (hexadecimal) of values in their order; the same on every machine.

    Args:
        content: Values to hash: arrays by their shape and little-endian bytes, text and bytes as
            they are, anything else as JSON.
    """
    digest = sha256()
    for value in content:
        if isinstance(value, np.ndarray):
            digest.update(json.dumps(value.shape).encode())
            digest.update(_little_endian(value))
        elif isinstance(value, bytes):
            digest.update(value)
        elif isinstance(value, str):
            digest.update(value.encode(errors="surrogatepass"))
        else:
            digest.update(json.dumps(value).encode())
    return digest.hexdigest()


def _little_endian(values: npt.NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(values, values.dtype.newbyteorder("<")).data


def _padded(inputs: npt.NDArray[Any], shape: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Examples padded at the end to ``shape``, which leaves out the batch axis."""
    missing = [(0, 0), *((0, int(each)) for each in shape - inputs.shape[1:])]
    return np.pad(inputs, missing, constant_values=PADDING) if any(map(any, missing)) else inputs


def mean_and_std(values: npt.NDArray[Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each variable, over the values that are not NaN.

    Computed one variable after the other, for windows may take most of the memory.

    Args:
        values: (…, variables).

    Returns:
        (variables,) each; a standard deviation of 0 is replaced by 1.
    """
    columns = (values[..., each].astype(np.float64) for each in range(values.shape[-1]))
    means, stds = zip(*map(_mean_and_std, columns), strict=True)
    return means, stds


def measure_quantities(names: Sequence[str], train: Doubles, steps: int = 1) -> Quantities:
    """The target of a regression or forecast, with statistics of the train split.

    Args:
        names: Name of each predicted quantity.
        train: (…, names) quantities of the train split, in their own units.
        steps: Steps that are predicted of each quantity.
    """
    return Quantities(tuple(names), *mean_and_std(train), steps)


def standardize(
    values: Doubles, mean: Sequence[float], std: Sequence[float]
) -> npt.NDArray[np.float32]:
    """``(values - mean) / std`` of (…, variables), computed in float64; NaN stays NaN."""
    units: npt.NDArray[np.float32] = ((values - np.array(mean)) / np.array(std)).astype(np.float32)
    return units


def _mean_and_std(column: Doubles) -> tuple[float, float]:
    known = column[~np.isnan(column)]
    largest = float(np.abs(known).max(initial=0.0))
    if not largest:
        return 0.0, 1.0
    scaled = known / largest  # squares of 1e200 are no number, those of 1e-200 are 0
    spread = float(scaled.std())
    return float(scaled.mean()) * largest, spread * largest if spread > ROUNDING else 1.0
