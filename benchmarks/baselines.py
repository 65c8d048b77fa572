"""The simple models everybody knows, fitted on a dataset's train split."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray

from automl.data import DATASETS
from automl.data.dataset import Dataset, Split
from automl.data.series.forecast import seasonal_naive
from automl.data.splits import FIXED_SEED

# Side in pixels of the thumbnails that the forest sees, how many are made at once, and its trees.
THUMBNAIL, AT_ONCE, TREES = 32, 64, 300
# Least probability of a forest, for one of 0 has no logarithm.
LEAST = 1e-6

Predict = Callable[[Split], NDArray]


def tfidf(name: str, data: Dataset) -> Predict:
    """TF-IDF of words and pairs of words, and logistic regression, with scikit-learn's defaults.

    It reads the texts as they are, not the tokens that the networks see.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    source = DATASETS[name]()
    corpus = source.read(source.locate(name, print), FIXED_SEED)
    texts = {id(getattr(data, part)): split.inputs for part, split in corpus.splits.items()}
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(max_iter=1000, C=4),
    )
    model.fit(texts[id(data.train)], data.train.targets)
    return lambda split: model.predict_log_proba(texts[id(split)])


def boosting(name: str, data: Dataset) -> Predict:
    """Gradient boosting of histograms, with scikit-learn's defaults."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    first = len(data.encoding.numbers)
    categories = range(first, first + len(data.encoding.categories))
    model = HistGradientBoostingRegressor(categorical_features=[*categories], random_state=0)
    model.fit(data.train.inputs, data.train.targets[:, 0, 0])
    return lambda split: model.predict(split.inputs)[:, None, None]


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
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), Ridge(alpha=10.0))
    targets = data.train.targets.reshape(len(data.train), -1)
    known = ~np.isnan(targets).any(axis=1)
    model.fit(flat(data.train)[known], targets[known])
    shape = data.train.targets.shape[1:]
    return lambda split: model.predict(flat(split)).reshape(len(split), *shape).astype(np.float32)


def flat(split: Split) -> NDArray:
    """(N, …) -> (N, numbers)."""
    return split.inputs.reshape(len(split), -1)


def forest(name: str, data: Dataset) -> Predict:
    """A random forest on thumbnails of images, fitted on train and validation."""
    from sklearn.ensemble import RandomForestClassifier

    known = (data.train, data.validation)
    model = RandomForestClassifier(TREES, random_state=0, n_jobs=1)
    pixels = np.concatenate([thumbnails(each) for each in known])
    model.fit(pixels, np.concatenate([each.targets for each in known]))
    classes = int(model.classes_.max()) + 1

    def predict(split: Split) -> NDArray:
        found = np.full((len(split), classes), LEAST)
        found[:, model.classes_] = np.maximum(model.predict_proba(thumbnails(split)), LEAST)
        return np.log(found)

    return predict


def thumbnails(split: Split) -> NDArray:
    """(N, numbers): images at 32×32 pixels, or at their own size if that is smaller."""
    rows = []
    for at in range(0, len(split), AT_ONCE):
        images = torch.tensor(split.inputs[at : at + AT_ONCE]).float()
        side = min(THUMBNAIL, images.shape[-1])
        rows.append(torch.nn.functional.adaptive_avg_pool2d(images, side).flatten(1).numpy())
    return np.concatenate(rows)
