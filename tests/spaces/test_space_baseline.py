"""What a space says of its first trial and of its size."""

from __future__ import annotations

import math

import pytest
from reading_spaces import read, stage


class TestBaseline:
    SPACE = "[{dense: {units: {low: 1, high: 64}, bias: {choices: [true, false]}}}]"

    def test_the_middle_and_the_first(self):
        space = read(self.SPACE, "{clip_norm: {low: 0.5, high: 1.5}}")
        assert space.baseline() == {"units": 32, "bias": True, "clip_norm": 1.0}

    def test_the_geometric_middle_on_a_logarithmic_scale(self):
        clip = "{clip_norm: {low: 1e-4, high: 1e-2, log: true}}"
        baseline = read("[{dense: {low: 10, high: 1000, log: true}}]", clip).baseline()
        assert baseline["dense"] == 100
        assert math.isclose(baseline["clip_norm"], 1e-3)

    def test_the_middle_is_on_the_grid(self):
        rate = "{dropout: {low: 0, high: 0.3, step: 0.1}}"
        space = read(f"[{{dense: {{low: 8, high: 56, step: 16}}}}, {rate}]")
        assert space.baseline() == {"dense": 24, "dropout": 0.1}

    def test_what_the_file_says_wins(self):
        space = read(
            self.SPACE, "{clip_norm: {low: 0.5, high: 1.5}}", "baseline: {units: 5, clip_norm: 1}\n"
        )
        assert space.baseline() == {"units": 5, "bias": True, "clip_norm": 1.0}
        assert isinstance(space.baseline()["clip_norm"], float)


class TestSize:
    @pytest.mark.parametrize(
        ("network", "size"),
        [
            ("[flatten]", 1),
            ("[{dense: {low: 1, high: 10}}]", 10),
            ("[{dense: {units: {low: 1, high: 10, step: 3}, bias: {choices: [true, false]}}}]", 8),
            ("[{dropout: {low: 0, high: 0.4, step: 0.1}}]", 5),
            ("[{dropout: {low: 0, high: 0.4}}]", math.inf),
            ("[{dropout: {low: 0.1, high: 0.1}}]", 1),
            ("[{choices: {a: [], b: [{dense: {low: 1, high: 4}}]}}]", 5),
            (stage("{dense: {low: 1, high: 3}}", "{low: 0, high: 2}"), 13),
            (stage("{dense: {low: 1, high: 3, shared: true}}", "{low: 0, high: 2}"), 7),
            (stage("{dense: {low: 1, high: 4096}}", "100"), math.inf),
        ],
    )
    def test_size(self, network, size):
        assert read(network).size() == size
