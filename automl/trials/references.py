"""References: models that cost nothing, with which a search compares what it finds.

What always answers the same, and a linear model on at most a few thousand examples: both take
seconds. A search that is no better than they are has found nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch

from automl.core.data_types import PADDING, Classes, Target, Tokens
from automl.core.records import Reference
from automl.core.text import count
from automl.data.series.encoding import SeriesEncoding
from automl.data.series.forecast import seasonal_naive
from automl.models import make_preprocess
from automl.tasks import TASKS

if TYPE_CHECKING:
    from automl.data.dataset import Dataset, Split

# Examples that a linear model is fitted on, and features that it may have.
MOST_EXAMPLES, MOST_FEATURES = 3_000, 4_096
# Examples whose features are computed at once.
AT_ONCE = 8
# Words and pairs of words that a linear model knows.
MOST_WORDS = 50_000
# Side of the images that a linear model sees, in pixels.
PIXELS = 16
# Iterations of the linear classifier; a step of it takes milliseconds.
ITERATIONS = 100
# Smallest probability, for one of 0 has no logarithm.
LEAST = 1e-6

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Matrix = Any  # numpy (N, features), or scipy's sparse one
# The features of some examples, from the inputs of all and the indices of those.
Features = Callable[[npt.NDArray[Any], Indices], Matrix]


def find_references(
    data: Dataset, metric: str, split: Split | None = None
) -> tuple[Reference, ...]:
    """The references of a dataset.

    Args:
        data: Dataset with the options of the simplest configuration.
        metric: Name of the metric that ranks models.
        split: Split that they are measured on; None is the validation split.

    Returns:
        The constant answer, and the linear model unless the data does not suit it.
    """
    task, split = TASKS[data.task](data.target), split or data.validation
    without = task.costly - {metric}

    def measure(name: str, outputs: Floats) -> Reference:
        targets = torch.from_numpy(np.asarray(split.targets))
        return Reference(name, task.measure(torch.from_numpy(outputs), targets, without))

    found = [measure(*_constant(data, split))]
    linear = LinearModel.fit(data)
    if linear is not None:
        found.append(measure(linear.name, linear.outputs(split)))
    return tuple(found)


def _constant(data: Dataset, split: Split) -> tuple[str, Floats]:
    """The answer that needs no model, for each example of a split, and what it is.

    The class that is right most often, the mean, or in a forecast the value a season before.
    """
    if isinstance(data.target, Classes):
        labels = data.target.labels
        shares = np.bincount(data.train.targets, minlength=len(labels)) / len(data.train)
        logits = np.log(np.maximum(shares, LEAST)).astype(np.float32)
        return f"always {labels[int(shares.argmax())]!r}", np.tile(logits, (len(split), 1))
    if isinstance(data.encoding, SeriesEncoding) and data.encoding.targets:
        season = min(data.encoding.season, split.inputs.shape[1])
        name = "the last value" if season == 1 else f"the value {season} steps before"
        return name, seasonal_naive(split, season)
    # Targets are in standard units, in which the mean is 0.
    return "always the mean", np.zeros(split.targets.shape, np.float32)


@dataclass(frozen=True)
class LinearModel:
    """Logistic or ridge regression on simple features of the inputs.

    Args:
        name: What it is, for people.
        target: Target of the dataset that it was fitted on.
        features: Function that turns raw inputs into features.
        model: The fitted scikit-learn model.
        forecast: Number of variables that are forecast, from their last value on; 0 for no
            forecast.
    """

    name: str
    target: Target
    features: Features
    model: Any
    forecast: int = 0

    @classmethod
    def fit(cls, data: Dataset) -> LinearModel | None:
        """The linear model of a dataset; None if there are too many features, or one class."""
        chosen = _some(len(data.train))
        ahead = data.encoding.targets if isinstance(data.encoding, SeriesEncoding) else 0
        features = _features(data, chosen)
        is_text = isinstance(data.encoding.shape, Tokens)
        if not is_text and features(data.train.inputs, chosen[:1]).shape[1] > MOST_FEATURES:
            return None
        targets = data.train.targets[chosen]
        if ahead:
            targets = targets - _last(data.train.inputs[chosen], ahead)
        columns = features(data.train.inputs, chosen)
        model = _fitted(columns, targets, isinstance(data.target, Classes))
        some = "" if len(chosen) == len(data.train) else f" of {count(len(chosen), 'example')}"
        return model and cls(f"a linear model{some}", data.target, features, model, ahead)

    def outputs(self, split: Split) -> Floats:
        """Outputs as of a network: logits (N, classes), or (N, steps, names) in standard units."""
        columns = self.features(split.inputs, np.arange(len(split)))
        if not isinstance(self.target, Classes):
            answers = np.asarray(self.model.predict(columns), np.float32)
            ahead: Floats = answers.reshape(split.targets.shape)
            return np.add(ahead, _last(split.inputs, self.forecast)) if self.forecast else ahead
        logits = np.full((len(split), len(self.target.labels)), np.log(LEAST), np.float32)
        probabilities = np.maximum(self.model.predict_proba(columns), LEAST)
        logits[:, self.model.classes_] = np.log(probabilities)
        return logits


def _last(windows: npt.NDArray[Any], variables: int) -> Floats:
    """(N, 1, variables): the last value of each variable in each window."""
    last: Floats = windows[:, -1:, :variables]
    return last


def _some(examples: int) -> Indices:
    """Indices of at most ``MOST_EXAMPLES`` examples, the same each time."""
    order = np.random.default_rng(0).permutation(examples)
    return np.sort(order[:MOST_EXAMPLES])


def _fitted(columns: Matrix, targets: npt.NDArray[Any], classes: bool) -> Any:
    from sklearn.linear_model import LogisticRegression, Ridge
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a model that has not converged is a reference as well
        if classes:
            if len(np.unique(targets)) < 2:
                return None
            return LogisticRegression(max_iter=ITERATIONS).fit(columns, targets)
        flat = targets.reshape(len(targets), -1)
        known = ~np.isnan(flat).any(axis=1)
        return Ridge().fit(columns[known], flat[known]) if known.any() else None


def _features(data: Dataset, chosen: Indices) -> Features:
    """The function that turns raw inputs of a dataset into features.

    Args:
        data: The dataset.
        chosen: Indices of the train examples whose words are learned.
    """
    if isinstance(data.encoding.shape, Tokens):
        return _word_features(data.train.inputs[chosen])
    encoding = data.encoding
    if isinstance(encoding, SeriesEncoding) and encoding.targets:
        return lambda windows, wanted: _from_last(windows[wanted], encoding.targets)
    preprocess = make_preprocess(encoding.preprocessing)

    @torch.inference_mode()
    def encode(raw: npt.NDArray[Any]) -> Floats:
        encoded = preprocess(torch.from_numpy(np.array(raw)))
        if encoded.ndim == 4 and max(encoded.shape[2:]) > PIXELS:
            encoded = torch.nn.functional.adaptive_avg_pool2d(encoded, PIXELS)
        flat: Floats = encoded.flatten(1).float().nan_to_num().numpy()
        return flat

    def dense(inputs: npt.NDArray[Any], wanted: Indices) -> Floats:
        # The pixels of all of them need not fit into memory.
        columns = np.empty((len(wanted), encode(inputs[wanted[:1]]).shape[1]), np.float32)
        for at in range(0, len(wanted), AT_ONCE):
            some = slice(at, at + AT_ONCE)
            columns[some] = encode(inputs[wanted[some]])
        return columns

    return dense


def _from_last(windows: npt.NDArray[Any], targets: int) -> Floats:
    """Windows (N, steps, variables), flat, with what is forecast measured from its last value."""
    moved = np.nan_to_num(windows).astype(np.float32)
    moved[:, :, :targets] -= moved[:, -1:, :targets]
    flat: Floats = moved.reshape(len(moved), -1)
    return flat


def _word_features(inputs: npt.NDArray[Any]) -> Features:
    """TF-IDF of tokens and of pairs of neighbours."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(analyzer=_tokens_and_pairs, sublinear_tf=True, max_features=MOST_WORDS)
    words.fit(inputs)
    return lambda texts, wanted: words.transform(texts[wanted])


def _tokens_and_pairs(ids: npt.NDArray[Any]) -> list[Any]:
    tokens = ids[ids != PADDING].tolist()
    return [*((each,) for each in tokens), *pairwise(tokens)]
