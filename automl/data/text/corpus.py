"""Texts as they were read, before there is a tokenizer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from automl.core.target import Quantities, Target
from automl.data.dataset import Split, Targets


@dataclass(frozen=True, eq=False)
class Corpus:
    """Texts and what is predicted of them.

    Args:
        splits: ``train``, ``validation`` and ``test``; their inputs are strings: object (N,).
        target: What is predicted.
        fingerprint: SHA-256 (hexadecimal) of what was read, whatever the splits cut from it.
        notes: What the user should be told, a sentence each.
        column: The column of a table that held the texts; None if they were no table.
    """

    splits: Mapping[str, Split]
    target: Target
    fingerprint: str
    notes: tuple[str, ...] = ()
    column: str | None = None


def text_split(texts: Sequence[str], targets: Targets) -> Split:
    """A split of a corpus.

    Args:
        texts: N strings.
        targets: int64 (N,), or float32 (N,) for quantities.
    """
    is_class = np.issubdtype(targets.dtype, np.integer)
    return Split(np.array(texts, object), targets if is_class else targets[:, None, None])


def quantity(name: str, train: Targets) -> Quantities:
    """The number ``name``, with its statistics on the train split: float32 (N, 1, 1)."""
    numbers = train.astype(np.float64)
    return Quantities((name,), (float(numbers.mean()),), (float(numbers.std()) or 1.0,))


def hash_texts(read: Mapping[str, Split], labels: Sequence[str]) -> str:
    """SHA-256 of all texts and targets, in hexadecimal; independent of byte order."""
    digest = hashlib.sha256(json.dumps(list(labels)).encode())
    for name, split in read.items():
        content = [name, split.inputs.tolist(), split.targets.tolist()]
        digest.update(json.dumps(content).encode())
    return digest.hexdigest()
