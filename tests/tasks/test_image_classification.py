from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, log_loss

from automl.tasks.image_classification import ImageClassification


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_metrics_agree_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    targets, predicted = (list(each) for each in zip(*pairs, strict=True))
    logits = torch.nn.functional.one_hot(torch.tensor(predicted), 5) * 2.0
    measured = ImageClassification().measure(logits, torch.tensor(targets))
    assert measured == pytest.approx(
        {
            "accuracy": accuracy_score(targets, predicted),
            "macro_f1": f1_score(targets, predicted, average="macro"),
            "loss": log_loss(targets, logits.double().softmax(dim=1), labels=range(5)),
        },
        abs=1e-6,
    )
