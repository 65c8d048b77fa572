from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from published_data.texts import GROUPS, write_newsgroups, write_reviews
from text_data import silent

from automl.core.data_types import Classes
from automl.data.catalogue.texts import Imdb, Newsgroups, RottenTomatoes
from automl.data.text.source import TextSource


@pytest.fixture
def reviews_file(tmp_path) -> Path:
    return write_reviews(tmp_path)


@pytest.fixture
def newsgroups_folder(tmp_path) -> Path:
    return write_newsgroups(tmp_path)


def at(source: type[TextSource], path: Path) -> TextSource:
    """``source`` with its files at ``path``, in place of those of the catalogue."""

    class Local(source):
        def locate(self, name, announce):
            return path

    return Local(tokenizer="byte")


@pytest.mark.parametrize("source", [Imdb, RottenTomatoes])
def test_reviews_of_one_source_are_cut_without_repeats(source, reviews_file):
    dataset = at(source, reviews_file).load("reviews", 0, silent)
    assert dataset.name == "reviews"
    assert dataset.task == "text_classification"
    assert dataset.target == Classes(("negative", "positive"))
    assert [len(s) for s in (dataset.train, dataset.validation, dataset.test)] == [28, 6, 6]
    assert [s.targets.mean() for s in (dataset.validation, dataset.test)] == [0.5, 0.5]
    told = any("left out 3 reviews that repeat another" in note for note in dataset.notes)
    assert told == (source is Imdb)


def test_positive_reviews_are_the_positive_class(reviews_file):
    dataset = at(Imdb, reviews_file).load("imdb", 0, silent)
    texts = [bytes(id - 2 for id in row if id) for row in dataset.train.inputs]
    good = np.array([b"fine" in t or b"lovely" in t or b"superb" in t for t in texts])
    assert good.any()
    assert dataset.train.targets[good].all()


def test_named_sets_are_cut_in_the_same_way_whatever_the_seed(reviews_file, newsgroups_folder):
    for source, path in ((Imdb, reviews_file), (Newsgroups, newsgroups_folder)):
        one, other = (at(source, path).load("x", seed, silent) for seed in (0, 7))
        np.testing.assert_array_equal(one.validation.inputs, other.validation.inputs)


def test_newsgroups_keep_their_published_test_split(newsgroups_folder):
    dataset = at(Newsgroups, newsgroups_folder).load("newsgroups", 0, silent)
    assert dataset.target == Classes(GROUPS)
    assert [len(s) for s in (dataset.train, dataset.validation, dataset.test)] == [51, 9, 9]
    np.testing.assert_array_equal(dataset.test.targets, [0, 1, 2] * 3)
    first = bytes(id - 2 for id in dataset.test.inputs[0] if id).decode()
    assert first.startswith('null said "it is The film 0 of 9')
