"""20 Newsgroups."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl.core.target import Classes
from automl.data.catalogue.fetch import fetch
from automl.data.source import Announce
from automl.data.splits import FIXED_SEED
from automl.data.text.corpus import Corpus, hash_texts, text_split
from automl.data.text.cut import complete_texts
from automl.data.text.source import TextSource

if TYPE_CHECKING:
    import pandas as pd

# Below the names of the columns, Orange's table format has their types and their roles.
TYPES_AND_ROLES = (1, 2)


class Newsgroups(TextSource):
    """18,821 posts of 20 newsgroups; the test split is the published one, of later posts.

    Source: K. Lang, NewsWeeder, ICML 1995, in the version "bydate"
    (http://qwone.com/~jason/20Newsgroups), lower case and without digits and punctuation.
    """

    def locate(self, name: str, announce: Announce) -> Path:
        """A folder with ``20newsgroups-train.tab`` and ``20newsgroups-test.tab``."""
        return fetch(name, announce)

    def read(self, path: Path, seed: int) -> Corpus:
        """15 % of the published train split are cut off for validation."""
        halves = {half: _read_half(path / f"20newsgroups-{half}.tab") for half in ("train", "test")}
        labels = tuple(sorted(halves["train"]["Category"].unique()))
        ids = {label: index for index, label in enumerate(labels)}
        given = {
            half: text_split(posts["Text"].tolist(), posts["Category"].map(ids).to_numpy(np.int64))
            for half, posts in halves.items()
        }
        splits, notes = complete_texts(given, labels, FIXED_SEED)
        return Corpus(splits, Classes(labels), hash_texts(given, labels), notes)


def _read_half(path: Path) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(
        path,
        sep="\t",
        skiprows=TYPES_AND_ROLES,
        quoting=csv.QUOTE_NONE,
        dtype=str,
        keep_default_na=False,
    )
