"""The simple models everybody knows, fitted on a dataset's train split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from minirocket import RocketFeatures

from automl.core.data_types import Classes
from automl.data.dataset import Dataset, Split
from automl.data.encoding import Array
from automl.data.series.forecast import seasonal_naive
from automl.data.source import configure, find_source
from automl.data.splits import FIXED_SEED
from automl.data.tables.encoding import TableEncoding
from automl.data.text.source import TextSource

# Sides in pixels of the thumbnails that forests and boosting see, and how many are made at once.
THUMBNAIL, SMALL_THUMBNAIL, AT_ONCE = 32, 16, 64
# Trees of a forest that tells classes, of one that predicts a number, and most examples of a tree.
TREES, FEW_TREES, LARGEST_SAMPLE = 300, 100, 50_000
# Least probability, for one of 0 has no logarithm.
LEAST = 1e-6
# Most different pieces of words.
MOST_PIECES = 300_000

Predict = Callable[[Split], Array]


def tfidf(name: str, data: Dataset, seed: int = FIXED_SEED) -> Predict:
    """TF-IDF of words and pairs of words, and logistic regression, with scikit-learn's defaults.

    It reads the texts as they are, not the tokens that the networks see.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts = _raw_texts(name, data, seed)
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(max_iter=1000, C=4),
    )
    model.fit(texts[id(data.train)], data.train.targets)
    return lambda split: model.predict_log_proba(texts[id(split)])


def characters(name: str, data: Dataset, seed: int = FIXED_SEED) -> Predict:
    """TF-IDF of two to five characters within words, and a linear support vector machine."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    texts = _raw_texts(name, data, seed)
    model = make_pipeline(
        TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 5),
            min_df=3,
            max_features=MOST_PIECES,
            sublinear_tf=True,
        ),
        LinearSVC(C=0.3),
    )
    model.fit(texts[id(data.train)], data.train.targets)
    return lambda split: _logits(model.decision_function(texts[id(split)]))


def _raw_texts(name: str, data: Dataset, seed: int) -> dict[int, Array]:
    """The texts of each split, by its identity."""
    source = configure(find_source(name, "text"), name, {})
    assert isinstance(source, TextSource), f"{name} holds no texts"
    corpus = source.read(source.locate(name, print), seed)
    return {id(getattr(data, part)): split.inputs for part, split in corpus.splits.items()}


def _logits(decisions: Array) -> Array:
    """(N,) or (N, classes) decisions as (N, classes)."""
    return decisions if decisions.ndim == 2 else np.stack([-decisions, decisions], axis=1)


def boosting(name: str, data: Dataset) -> Predict:
    """Gradient boosting with scikit-learn's defaults; it sees small thumbnails of images."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    wanted = _categories(data)
    if isinstance(data.target, Classes):
        sorter = HistGradientBoostingClassifier(categorical_features=wanted, random_state=0)
        side = SMALL_THUMBNAIL
        return _classes(sorter.fit(rows(data.train, side), data.train.targets), data, side)
    model = HistGradientBoostingRegressor(categorical_features=wanted, random_state=0)
    model.fit(data.train.inputs, data.train.targets[:, 0, 0])
    return lambda split: model.predict(split.inputs)[:, None, None]


def _categories(data: Dataset) -> list[int] | None:
    """Columns of a table that hold categories; none of images."""
    if not isinstance(data.encoding, TableEncoding):
        return None
    first = len(data.encoding.numbers)
    return [*range(first, first + len(data.encoding.categories))]


def trees(name: str, data: Dataset, known: Sequence[Split] = ()) -> Predict:
    """A random forest, each tree of which sees at most so many examples.

    Args:
        name: Name of the dataset.
        data: The dataset; images are seen as thumbnails.
        known: Splits that it is fitted on; none is the train split.
    """
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    known = known or (data.train,)
    inputs = np.concatenate([rows(each) for each in known])
    targets = np.concatenate([each.targets for each in known])
    sample = LARGEST_SAMPLE if len(targets) > LARGEST_SAMPLE else None
    options: dict[str, Any] = {"max_samples": sample, "random_state": 0, "n_jobs": 1}
    if isinstance(data.target, Classes):
        return _classes(RandomForestClassifier(TREES, **options).fit(inputs, targets), data)
    model = RandomForestRegressor(FEW_TREES, min_samples_leaf=3, max_features=0.5, **options)
    model.fit(inputs, targets[:, 0, 0])
    return lambda split: model.predict(split.inputs)[:, None, None]


def rows(split: Split, side: int = THUMBNAIL) -> Array:
    """(N, numbers): rows of a table, or thumbnails of images."""
    return thumbnails(split, side) if split.inputs.ndim == 4 else split.inputs


def _classes(model: Any, data: Dataset, side: int = THUMBNAIL) -> Predict:
    """The logarithms of a fitted model's probabilities, for all classes of a dataset."""
    assert isinstance(data.target, Classes), "other targets have no classes"
    count = len(data.target.labels)

    def predict(split: Split) -> Array:
        found = np.full((len(split), count), LEAST)
        found[:, model.classes_] = np.maximum(model.predict_proba(rows(split, side)), LEAST)
        logarithms: Array = np.log(found)
        return logarithms

    return predict


def nearest_neighbour(name: str, data: Dataset) -> Predict:
    """The class of the nearest series of the train split, by Euclidean distance."""
    from sklearn.neighbors import KNeighborsClassifier

    model = KNeighborsClassifier(1).fit(flat(data.train), data.train.targets)
    return lambda split: model.predict_proba(flat(split))


def naive(season: int) -> Callable[[str, Dataset], Predict]:
    """What was a whole number of seasons of so many steps ago."""
    return lambda name, data: lambda split: seasonal_naive(split, season)


def ridge(name: str, data: Dataset) -> Predict:
    """A linear model of the standardised window, for each step; where all targets are known."""
    return _ridge(data, from_last=False)


def ridge_of_changes(name: str, data: Dataset) -> Predict:
    """The same with what is forecast measured from its last value, for series that drift."""
    return _ridge(data, from_last=True)


def _ridge(data: Dataset, *, from_last: bool) -> Predict:
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    shape = data.train.targets.shape[1:]

    def last(split: Split) -> Array:
        """(N, 1, targets): what targets are measured from."""
        level: Array = split.inputs[:, -1:, : shape[1]]
        return level if from_last else np.zeros_like(level)

    def moved(split: Split) -> Array:
        inputs = split.inputs.copy()
        inputs[:, :, : shape[1]] -= last(split)
        return inputs.reshape(len(split), -1)

    model = make_pipeline(StandardScaler(), Ridge(alpha=10.0))
    targets = (data.train.targets - last(data.train)).reshape(len(data.train), -1)
    known = ~np.isnan(targets).any(axis=1)
    model.fit(moved(data.train)[known], targets[known])

    def predict(split: Split) -> Array:
        found = model.predict(moved(split)).reshape(len(split), *shape) + last(split)
        return found.astype(np.float32)

    return predict


def flat(split: Split) -> Array:
    """(N, …) -> (N, numbers)."""
    return split.inputs.reshape(len(split), -1)


def rockets(name: str, data: Dataset) -> Predict:
    """MiniRocket and ridge regression, its penalty chosen by leaving out one series at a time."""
    from sklearn.linear_model import RidgeClassifierCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features = RocketFeatures(data.train.inputs)
    model = make_pipeline(StandardScaler(), RidgeClassifierCV(alphas=np.logspace(-3, 3, 10)))
    model.fit(features(data.train.inputs), data.train.targets)
    return lambda split: _logits(model.decision_function(features(split.inputs)))


def forest(name: str, data: Dataset) -> Predict:
    """A random forest on thumbnails of images, fitted on train and validation."""
    return trees(name, data, (data.train, data.validation))


def thumbnails(split: Split, largest: int = THUMBNAIL) -> Array:
    """(N, numbers): images at 32×32 pixels, or at their own size if that is smaller."""
    found = []
    for at in range(0, len(split), AT_ONCE):
        images = torch.tensor(split.inputs[at : at + AT_ONCE]).float()
        side = min(largest, images.shape[-1])
        found.append(torch.nn.functional.adaptive_avg_pool2d(images, side).flatten(1).numpy())
    return np.concatenate(found)
