"""The simple models everybody knows, fitted on a dataset's train split."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from automl.data import DATASETS
from automl.data.dataset import Dataset, Split
from automl.data.series.forecast import seasonal_naive
from automl.data.splits import FIXED_SEED

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
