"""Single values and layers in a space."""

from __future__ import annotations

from reading_spaces import distribution, names, read, sample

from automl.core.distributions import Choices, Range


class TestValues:
    def test_a_layer_by_name_has_its_defaults(self):
        assert sample(read("[max_pool2d]")) == ({"max_pool2d": {"size": 2}},)

    def test_a_name_with_nothing_behind_it_is_the_name(self):
        assert sample(read("[{flatten: }]")) == ({"flatten": {}},)

    def test_options_are_explicit_when_resolved(self):
        layer = {"filters": 8, "kernel_size": 3, "padding": "same"}
        assert sample(read("[{conv2d: {filters: 8}}]")) == ({"conv2d": layer},)

    def test_a_bare_value_sets_the_first_option(self):
        assert sample(read("[{dropout: 0.3}]")) == ({"dropout": {"rate": 0.3}},)

    def test_an_option_may_be_a_list(self):
        assert sample(read("[{max_pool2d: [2, 1]}]")) == ({"max_pool2d": {"size": [2, 1]}},)

    def test_ints_stay_ints(self):
        drawn = distribution(read("[{dense: {units: {low: 8, high: 64}}}]"), "units")
        assert drawn == Range(8, 64)
        assert drawn.is_int

    def test_ints_for_a_float_are_floats(self):
        space = read("[{dropout: {low: 0, high: 0.5}}]", "{clip_norm: {choices: [null, 1]}}")
        assert repr(distribution(space, "dropout").low) == "0.0"
        assert repr(distribution(space, "clip_norm").values) == "(None, 1.0)"

    def test_numbers_are_yaml_1_2(self):
        space = read(training="{optimizer: {adamw: {lr: {low: 1e-4, high: 1E-2, log: true}}}}")
        assert distribution(space, "optimizer.adamw.lr") == Range(1e-4, 1e-2, log=True)

    def test_high_is_the_last_value_that_the_steps_reach(self):
        ints = read("[{dense: {units: {low: 8, high: 60, step: 16}}}]")
        floats = read("[{dropout: {low: 0.1, high: 0.45, step: 0.1}}]")
        assert distribution(ints, "units") == Range(8, 56, step=16)
        assert distribution(floats, "dropout") == Range(0.1, 0.4, step=0.1)

    def test_a_range_of_one_value_is_fine(self):
        assert sample(read("[{dense: {units: {low: 8, high: 8}}}]"))[0]["dense"]["units"] == 8

    def test_choices_may_be_of_any_scalar(self):
        space = read("[{dense: {units: 4, bias: {choices: [true, false]}}}]")
        assert distribution(space, "bias") == Choices((True, False))

    def test_a_layer_inside_a_layer(self):
        space = read("[{residual: [{conv2d: {filters: {choices: [4, 8]}}}, batch_norm]}]")
        assert names(space) == ["filters"]
        inner = [
            {"conv2d": {"filters": 8, "kernel_size": 3, "padding": "same"}},
            {"batch_norm": {}},
        ]
        assert sample(space, filters=8) == ({"residual": {"layers": inner}},)

    def test_an_alias_stands_for_what_it_names(self):
        space = read("[{dense: &wide {units: 64}}, {dense: *wide}]")
        assert sample(space) == ({"dense": {"units": 64, "bias": True}},) * 2
