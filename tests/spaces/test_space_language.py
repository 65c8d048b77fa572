"""What the search-space language says, through reading, listing and sampling."""

from __future__ import annotations

import math

import pytest
from small_vocabulary import read

from automl.core.distributions import Choices, Range
from automl.core.errors import Infeasible, SpaceError
from automl.spaces.fixed_suggest import FixedSuggest
from automl.spaces.random_suggest import RandomSuggest
from automl.spaces.space import SearchSpace


def names(space: SearchSpace) -> list[str]:
    return [each.name for each in space.parameters()]


def distribution(space: SearchSpace, name: str) -> Range | Choices:
    return {each.name: each.distribution for each in space.parameters()}[name]


def when(space: SearchSpace, name: str) -> dict[str, tuple[object, ...]]:
    return dict({each.name: each.when for each in space.parameters()}[name])


def sample(space: SearchSpace, **values: object) -> tuple[dict[str, object], ...]:
    """The network, with ``a__b`` for the parameter ``a.b`` and the baseline for the rest."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    return tuple(dict(each) for each in space.sample(FixedSuggest({**space.baseline(), **given})).network)


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
        inner = [{"conv2d": {"filters": 8, "kernel_size": 3, "padding": "same"}}, {"batch_norm": {}}]
        assert sample(space, filters=8) == ({"residual": {"layers": inner}},)

    def test_an_alias_stands_for_what_it_names(self):
        space = read("[{dense: &wide {units: 64}}, {dense: *wide}]")
        assert sample(space) == ({"dense": {"units": 64, "bias": True}},) * 2


class TestStage:
    SPACE = """
      - stage: conv
        repeat: {low: 1, high: 3}
        layers:
          - conv2d: {filters: {choices: [8, 16]}, kernel_size: {choices: [3, 5], shared: true}}
          - dropout: {low: 0.0, high: 0.5}
          - activation: {choices: [relu, gelu], shared: true}
    """

    def test_names_are_paths(self):
        assert names(read(self.SPACE)) == [
            "conv.repeat",
            "conv.1.filters",
            "conv.kernel_size",
            "conv.1.dropout",
            "conv.activation",
            "conv.2.filters",
            "conv.2.dropout",
            "conv.3.filters",
            "conv.3.dropout",
        ]

    def test_each_repeat_draws_its_own_and_shared_draws_once(self):
        values = {"conv__repeat": 2, "conv__1__filters": 8, "conv__2__filters": 16}
        network = sample(read(self.SPACE), **values, conv__kernel_size=5)
        assert [each["conv2d"]["filters"] for each in network if "conv2d" in each] == [8, 16]
        assert [each["conv2d"]["kernel_size"] for each in network if "conv2d" in each] == [5, 5]

    def test_a_repeat_exists_when_the_draw_reaches_it(self):
        space = read(self.SPACE)
        assert when(space, "conv.1.filters") == {}
        assert when(space, "conv.2.filters") == {"conv.repeat": (2, 3)}
        assert when(space, "conv.kernel_size") == {}

    def test_a_stage_may_be_absent(self):
        space = read("[{stage: s, repeat: {low: 0, high: 1}, layers: [{dense: {units: {low: 1, high: 9, shared: true}}}]}]")
        assert sample(space, s__repeat=0) == ()
        assert when(space, "s.units") == {"s.repeat": (1,)}

    def test_repeat_may_be_a_number_or_choices(self):
        fixed = read("[{stage: s, repeat: 2, layers: [{dropout: {low: 0, high: 0.5}}]}]")
        chosen = read("[{stage: s, repeat: {choices: [1, 3]}, layers: [{dropout: {low: 0, high: 0.5}}]}]")
        assert names(fixed) == ["s.1.dropout", "s.2.dropout"]
        assert when(chosen, "s.2.dropout") == {"s.repeat": (3,)}

    def test_grow_multiplies_a_shared_draw(self):
        space = read("[{stage: s, repeat: 3, layers: [{dense: {units: {choices: [8, 16], grow: 2}}}]}]")
        assert names(space) == ["s.units"]
        assert [each["dense"]["units"] for each in sample(space, s__units=16)] == [16, 32, 64]

    def test_a_grown_int_is_rounded(self):
        space = read("[{stage: s, repeat: 3, layers: [{dense: {units: {low: 10, high: 10, grow: 0.5}}}]}]")
        assert [each["dense"]["units"] for each in sample(space)] == [10, 5, 2]

    def test_what_grows_over_its_limit_is_infeasible(self):
        space = read("[{stage: s, repeat: 2, layers: [{dense: {units: {low: 1, high: 4096, grow: 2}}}]}]")
        with pytest.raises(Infeasible, match=r"dense: `units` \(=8192\) must be at most 4096"):
            sample(space, s__units=4096)

    def test_stages_nest(self):
        space = read("""
          - stage: outer
            repeat: {low: 1, high: 2}
            layers:
              - stage: inner
                repeat: {low: 1, high: 2}
                layers:
                  - dense: {units: {low: 1, high: 9}, bias: {choices: [true, false], shared: true}}
        """)
        assert "outer.2.inner.1.units" in names(space)
        assert when(space, "outer.2.inner.2.units") == {
            "outer.repeat": (2,),
            "outer.2.inner.repeat": (2,),
        }
        assert when(space, "outer.2.inner.bias") == {"outer.repeat": (2,)}
        assert len(sample(space, **{"outer__repeat": 2, "outer__1__inner__repeat": 2})) == 3

    def test_an_inner_depth_can_be_shared(self):
        space = read("""
          - stage: outer
            repeat: 3
            layers:
              - stage: inner
                repeat: {low: 1, high: 2, shared: true}
                layers: [batch_norm]
        """)
        assert names(space) == ["outer.inner.repeat"]
        assert len(sample(space, outer__inner__repeat=2)) == 6
        assert space.size() == 2


class TestChoice:
    SPACE = """
      - choices:
          flat: [flatten, {dense: {units: {low: 8, high: 64}}}]
          none: []
    """

    def test_a_branch_is_conditional(self):
        space = read(self.SPACE)
        assert names(space) == ["choice", "choice.flat.units"]
        assert when(space, "choice.flat.units") == {"choice": ("flat",)}
        assert len(sample(space, choice="flat")) == 2
        assert sample(space, choice="none") == ()

    def test_a_choice_may_have_a_name(self):
        assert names(read("[{choices: {a: [flatten], b: []}, name: head}]")) == ["head"]

    def test_in_a_stage_each_repeat_chooses(self):
        space = read("[{stage: s, repeat: 2, layers: [{choices: {a: [{dropout: {low: 0, high: 0.5}}], b: []}}]}]")
        assert names(space) == ["s.1.choice", "s.1.choice.a.dropout", "s.2.choice", "s.2.choice.a.dropout"]

    def test_a_shared_choice_is_made_once(self):
        space = read("[{stage: s, repeat: 2, layers: [{choices: {a: [{dropout: {low: 0, high: 0.5}}], b: []}, shared: true}]}]")
        assert names(space) == ["s.choice", "s.1.choice.a.dropout", "s.2.choice.a.dropout"]
        assert when(space, "s.2.choice.a.dropout") == {"s.choice": ("a",)}

    def test_shared_under_a_branch_of_its_own_repeat(self):
        space = read("[{stage: s, repeat: 2, layers: [{choices: {a: [{dropout: {low: 0, high: 0.5, shared: true}}], b: []}}]}]")
        assert names(space) == ["s.1.choice", "s.choice.a.dropout", "s.2.choice"]
        assert when(space, "s.choice.a.dropout") == {}
        values = {"s__1__choice": "b", "s__2__choice": "a", "s__choice__a__dropout": 0.1}
        assert sample(space, **values) == ({"dropout": {"rate": 0.1}},)


class TestNames:
    def test_the_later_of_two_alike_is_numbered(self):
        space = read("[{dense: {units: {low: 1, high: 2}}}, {dense: {units: {low: 1, high: 2}}}, {dense: {units: {low: 1, high: 2}}}]")
        assert names(space) == ["units", "units_2", "units_3"]

    def test_in_a_stage_the_number_stands_at_the_end(self):
        layer = "{dense: {units: {low: 1, high: 2}}}"
        space = read(f"[{{stage: s, repeat: 2, layers: [{layer}, {layer}]}}]")
        assert names(space) == ["s.1.units", "s.1.units_2", "s.2.units", "s.2.units_2"]

    def test_branches_have_names_of_their_own(self):
        layer = "{dense: {units: {low: 1, high: 2}}}"
        space = read(f"[{layer}, {{choices: {{a: [{layer}], b: [{layer}, {layer}]}}}}, {{choices: {{a: []}}}}]")
        assert names(space) == [
            "units",
            "choice",
            "choice.a.units",
            "choice.b.units",
            "choice.b.units_2",
            "choice_2",
        ]

    def test_what_is_not_drawn_takes_no_name(self):
        assert names(read("[{dense: 8}, {dense: {units: {low: 1, high: 2}}}]")) == ["units"]

    def test_a_network_and_a_training_do_not_clash(self):
        space = read("[{choices: {a: []}, name: optimizer}]", "{optimizer: {choices: [adamw]}}")
        assert names(space) == ["optimizer", "optimizer_2"]


class TestSettings:
    def test_what_is_not_said_is_the_default_in_full(self):
        training = read().sample(FixedSuggest({})).training
        assert training["optimizer"] == {"adamw": {"lr": 1e-3, "weight_decay": 0.0}}
        assert training["schedule"] == {"constant": {}}
        assert training["augment"] == []

    def test_a_member_by_name_and_with_options(self):
        settings = read(training="{schedule: step, optimizer: {sgd: {lr: 0.5}}}")
        training = settings.sample(FixedSuggest({})).training
        assert training["schedule"] == {"step": {"gamma": 0.1}}
        assert training["optimizer"] == {"sgd": {"lr": 0.5, "momentum": 0.0}}

    def test_a_choice_of_names(self):
        space = read(training="{schedule: {choices: [constant, step]}}")
        assert distribution(space, "schedule") == Choices(("constant", "step"))
        training = space.sample(FixedSuggest({"schedule": "step"})).training
        assert training["schedule"] == {"step": {"gamma": 0.1}}

    def test_a_choice_with_options_is_conditional(self):
        space = read(training="{optimizer: {choices: {adamw: {lr: {low: 0.1, high: 1}}, sgd: {low: 0.1, high: 1.0, log: true}}}}")
        assert names(space) == ["optimizer", "optimizer.adamw.lr", "optimizer.sgd"]
        assert when(space, "optimizer.adamw.lr") == {"optimizer": ("adamw",)}

    def test_names_of_an_optimizer_do_not_depend_on_a_choice(self):
        assert names(read(training="{optimizer: {adamw: {lr: {low: 0.1, high: 1}}}}")) == ["optimizer.adamw.lr"]

    def test_a_list_of_members(self):
        space = read(training="{augment: [flip, {crop: {low: 0, high: 4}}, {crop: {fill: {choices: [zero, edge]}}}]}")
        assert names(space) == ["augment.crop", "augment.crop.fill"]
        values = {"augment.crop": 3, "augment.crop.fill": "edge"}
        assert space.sample(FixedSuggest(values)).training["augment"] == [
            {"flip": {}},
            {"crop": {"pad": 3, "fill": "zero"}},
            {"crop": {"pad": 2, "fill": "edge"}},
        ]

    def test_a_member_of_a_list_may_be_a_choice(self):
        space = read(training="{augment: [{choices: {no: [], yes: [flip]}, name: flip}]}")
        assert names(space) == ["augment.flip"]
        assert space.sample(FixedSuggest({"augment.flip": "yes"})).training["augment"] == [{"flip": {}}]

    def test_epochs(self):
        assert read().epochs == 10
        assert read(training="{epochs: 3}").epochs == 3

    def test_values_that_do_not_go_together_are_infeasible(self):
        space = read("[{grouped: {filters: {choices: [2, 3]}, groups: 2}}]")
        assert sample(space, filters=2) == ({"grouped": {"filters": 2, "groups": 2}},)
        with pytest.raises(Infeasible, match=r"`filters` \(=3\) must be divisible by `groups` \(=2\)"):
            sample(space, filters=3)


class TestSections:
    def test_defaults(self):
        space = read()
        assert (space.objective.metric, dict(space.objective.constraints)) == (None, {})
        assert (space.search.trials, space.search.sampler, space.search.pruner) == (30, "tpe", "asha")

    def test_empty_sections_are_defaults(self):
        assert read(rest="objective:\nsearch:\nbaseline:\n").search.trials == 30

    def test_given(self):
        space = read(rest="objective: {metric: loss, constraints: {flops: {max: 2e6}}}\nsearch: {trials: 5, pruner: none}\n")
        assert (space.objective.metric, dict(space.objective.constraints)) == ("loss", {"flops": 2e6})
        assert (space.search.trials, space.search.pruner) == (5, "none")

    def test_data_with_options(self):
        text = "{name: digits, size: {choices: [8, 16]}, crop: true}"
        space = read(rest="").parameters()
        assert space == ()
        space = read_data(text)
        assert (space.data, names(space)) == ("digits", ["data.size"])
        assert space.sample(FixedSuggest({"data.size": 16})).data == {"size": 16, "crop": True}

    @pytest.mark.parametrize("path", ["./photos", "photos/cats", "reviews.csv", "/data"])
    def test_data_may_be_a_path(self, path):
        assert read_data(path).data == path

    def test_a_folder_that_is_there_is_a_path(self, tmp_path, monkeypatch):
        (tmp_path / "photos").mkdir()
        monkeypatch.chdir(tmp_path)
        assert read_data("photos").data == "photos"


def read_data(data: str) -> SearchSpace:
    from small_vocabulary import VOCABULARY

    from automl.spaces.read import parse_space

    text = f"task: image_classification\nnetwork: [flatten]\ndata: {data}\n"
    return parse_space(text, VOCABULARY, "space.yaml")


class TestBaseline:
    SPACE = "[{dense: {units: {low: 1, high: 64}, bias: {choices: [true, false]}}}]"

    def test_the_middle_and_the_first(self):
        space = read(self.SPACE, "{clip_norm: {low: 0.5, high: 1.5}}")
        assert space.baseline() == {"units": 32, "bias": True, "clip_norm": 1.0}

    def test_the_geometric_middle_on_a_logarithmic_scale(self):
        space = read("[{dense: {units: {low: 10, high: 1000, log: true}}}]", "{clip_norm: {low: 1e-4, high: 1e-2, log: true}}")
        assert space.baseline()["units"] == 100
        assert math.isclose(space.baseline()["clip_norm"], 1e-3)

    def test_the_middle_is_on_the_grid(self):
        space = read("[{dense: {units: {low: 8, high: 56, step: 16}}}, {dropout: {low: 0, high: 0.3, step: 0.1}}]")
        assert space.baseline() == {"units": 24, "dropout": 0.1}

    def test_what_the_file_says_wins(self):
        space = read(self.SPACE, "{clip_norm: {low: 0.5, high: 1.5}}", "baseline: {units: 5, clip_norm: 1}\n")
        assert space.baseline() == {"units": 5, "bias": True, "clip_norm": 1.0}
        assert isinstance(space.baseline()["clip_norm"], float)


class TestSize:
    @pytest.mark.parametrize(
        ("network", "size"),
        [
            ("[flatten]", 1),
            ("[{dense: {units: {low: 1, high: 10}}}]", 10),
            ("[{dense: {units: {low: 1, high: 10, step: 3}, bias: {choices: [true, false]}}}]", 8),
            ("[{dropout: {low: 0, high: 0.4, step: 0.1}}]", 5),
            ("[{dropout: {low: 0, high: 0.4}}]", math.inf),
            ("[{dropout: {low: 0.1, high: 0.1}}]", 1),
            ("[{choices: {a: [], b: [{dense: {low: 1, high: 4}}]}}]", 5),
            ("[{stage: s, repeat: {low: 0, high: 2}, layers: [{dense: {low: 1, high: 3}}]}]", 13),
            ("[{stage: s, repeat: {low: 0, high: 2}, layers: [{dense: {low: 1, high: 3, shared: true}}]}]", 7),
            ("[{stage: s, repeat: 100, layers: [{dense: {low: 1, high: 4096}}]}]", math.inf),
        ],
    )
    def test_size(self, network, size):
        assert read(network).size() == size


class TestSuggest:
    def test_fixed_names_what_it_misses(self):
        from automl.core.errors import UserError

        space = read("[{dense: {units: {low: 1, high: 9}}}]")
        with pytest.raises(UserError, match="no value is given for the parameter 'units'.*'unit'"):
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
