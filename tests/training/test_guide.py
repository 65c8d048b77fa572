"""A training that repeats an earlier one goes by what that one measured."""

from __future__ import annotations

import torch
from small_runs import images, make_run

from automl.training.fit import fit

PLATEAU = {"schedule": {"plateau": {"patience": 1, "factor": 0.3}}}


def test_it_is_the_earlier_one_up_to_its_best_step_whatever_it_measures_itself():
    train, validation = images(), images(80, seed=1)
    earlier = make_run(epochs=6, **PLATEAU)
    values = [each.metrics["accuracy"] for each in fit(earlier, train, validation)]
    guide = tuple(values[: values.index(max(values)) + 1])

    again = make_run(epochs=6, guide=guide, **PLATEAU)
    assert len(list(fit(again, train, train))) == len(guide)  # measured on what it is trained on
    for name, weights in earlier.best_weights.items():
        assert torch.equal(again.best_weights[name], weights), name


def test_it_ends_where_the_guide_does_and_early_stopping_has_no_say():
    guide = (0.9, *[0.1] * 10, 0.95)
    run = make_run(epochs=6, early_stopping=1, guide=guide)
    assert len(list(fit(run, images(), images()))) == len(guide)
