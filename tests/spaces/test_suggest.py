"""Ways to draw values without Optuna."""

from __future__ import annotations

import pytest
from reading_spaces import read

from automl.core.distributions import Choices, Range
from automl.core.errors import UserError
from automl.spaces.domain import FixedSuggest, RandomSuggest


class TestSuggest:
    def test_fixed_names_what_it_misses(self):

        space = read("[{dense: {units: {low: 1, high: 9}}}]")
        with pytest.raises(UserError, match=r"no value is given for the parameter 'units'.*'unit'"):
            space.sample(FixedSuggest({"unit": 3}))

    def test_random_reaches_both_ends(self):
        suggest = RandomSuggest(0)
        for drawn in (Range(1, 3), Range(1, 3, log=True), Range(0, 4, step=2), Choices(("a", "b"))):
            seen = {suggest("x", drawn) for _ in range(200)}
            assert len(seen) == 2 + isinstance(drawn, Range)

    def test_random_is_even_on_a_logarithmic_scale(self):
        suggest = RandomSuggest(0)
        draws = [suggest("x", Range(1e-4, 1.0, log=True)) for _ in range(2000)]
        assert 0.45 < sum(draw < 1e-2 for draw in draws) / len(draws) < 0.55
