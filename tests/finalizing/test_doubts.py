"""What is said against a final model when the test split is open."""

from __future__ import annotations

import pytest

from automl.core.final import Estimate, Finalist, FinalRecord
from automl.core.records import Reference
from automl.finalizing.record import FEW_UPDATES, find_doubts

FREE = Reference("always 'no'", {"accuracy": 0.93})


def final(test: Estimate, validation: Estimate | None = None) -> FinalRecord:
    score = validation or Estimate("accuracy", 0.95, 0.92, 0.97)
    chosen = Finalist(0, 10, (score.value,), score)
    return FinalRecord((chosen,), (1,), 0, None, 3.0, 100, (test,), "100 examples")


def test_a_good_model_is_not_doubted() -> None:
    good = final(Estimate("accuracy", 0.94, 0.90, 0.96))
    assert find_doubts(good, [FREE], maximize=True, updates=10) == ()


def test_one_that_is_worse_than_what_costs_nothing_is() -> None:
    bad = final(Estimate("accuracy", 0.92, 0.88, 0.95))
    (doubt,) = find_doubts(bad, [FREE], maximize=True, updates=1000)
    assert doubt == (
        "On the test split it is no better than what costs nothing: accuracy 0.9200, and always "
        "'no' has 0.9300."
    )


def test_one_that_is_as_good_as_a_constant_answer_is_but_not_as_a_linear_model() -> None:
    same = final(Estimate("accuracy", 0.93, 0.88, 0.95))
    linear = Reference("a linear model", {"accuracy": 0.93})
    (doubt,) = find_doubts(same, [FREE, linear], maximize=True, updates=1000)
    assert "always 'no' has 0.9300" in doubt


def test_a_short_training_is_named_as_a_cause() -> None:
    bad = final(Estimate("accuracy", 0.92, 0.88, 0.95))
    doubts = find_doubts(bad, [FREE], maximize=True, updates=FEW_UPDATES - 1)
    assert doubts[-1].startswith("It was trained for 299 optimiser steps: ")


def test_one_that_is_far_worse_than_on_validation_is() -> None:
    bad = final(Estimate("accuracy", 0.70, 0.60, 0.80))
    (doubt,) = find_doubts(bad, [], maximize=True, updates=1000)
    assert doubt.startswith(
        "On the test split it is far worse than on validation: accuracy 0.7000 against 0.9500."
    )


@pytest.mark.parametrize(("error", "doubts"), [(2.0, 0), (9.0, 2)])
def test_a_smaller_metric_may_be_better(error: float, doubts: int) -> None:
    test = Estimate("rmse", error, error - 0.5, error + 0.5)
    made = final(test, Estimate("rmse", 2.0, 1.5, 2.5))
    mean = Reference("always the mean", {"rmse": 5.0})
    assert len(find_doubts(made, [mean], maximize=False, updates=1000)) == doubts
