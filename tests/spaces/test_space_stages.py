"""Stages and choices in a space."""

from __future__ import annotations

import pytest
from reading_spaces import RATE, names, read, sample, stage, when

from automl.core.errors import Infeasible


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
        layer = "{dense: {units: {low: 1, high: 9, shared: true}}}"
        space = read(stage(layer, "{low: 0, high: 1}"))
        assert sample(space, s__repeat=0) == ()
        assert when(space, "s.units") == {"s.repeat": (1,)}

    def test_repeat_may_be_a_number_or_choices(self):
        assert names(read(stage(RATE, "2"))) == ["s.1.dropout", "s.2.dropout"]
        assert when(read(stage(RATE, "{choices: [1, 3]}")), "s.2.dropout") == {"s.repeat": (3,)}

    def test_grow_multiplies_a_shared_draw(self):
        space = read(stage("{dense: {units: {choices: [8, 16], grow: 2}}}", "3"))
        assert names(space) == ["s.units"]
        assert [each["dense"]["units"] for each in sample(space, s__units=16)] == [16, 32, 64]

    def test_a_grown_int_is_rounded(self):
        space = read(stage("{dense: {units: {low: 10, high: 10, grow: 0.5}}}", "3"))
        assert [each["dense"]["units"] for each in sample(space)] == [10, 5, 2]

    def test_what_grows_over_its_limit_is_infeasible(self):
        space = read(stage("{dense: {units: {low: 1, high: 4096, grow: 2}}}"))
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
        assert len(sample(space, outer__repeat=2, outer__1__inner__repeat=2)) == 3

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
        assert names(space) == ["flat_or_none", "flat_or_none.flat.units"]
        assert when(space, "flat_or_none.flat.units") == {"flat_or_none": ("flat",)}
        assert len(sample(space, flat_or_none="flat")) == 2
        assert sample(space, flat_or_none="none") == ()

    def test_a_choice_may_have_a_name(self):
        assert names(read("[{choices: {a: [flatten], b: []}, name: head}]")) == ["head"]

    @pytest.mark.parametrize(
        ("branches", "name"),
        [
            ("a", "choice"),
            ("flat pool", "flat_or_pool"),
            ("mean max all", "mean_or_max_or_all"),
            ("a b c d e", "a_or_b_or_more"),
        ],
    )
    def test_without_a_name_it_is_called_after_its_branches(self, branches: str, name: str):
        told = ", ".join(f"{each}: [flatten]" for each in branches.split())
        assert names(read(f"[{{choices: {{{told}}}}}]")) == [name]

    def test_in_a_stage_each_repeat_chooses(self):
        space = read(stage(f"{{choices: {{a: [{RATE}], b: []}}}}"))
        assert names(space) == [
            "s.1.a_or_b",
            "s.1.a_or_b.a.dropout",
            "s.2.a_or_b",
            "s.2.a_or_b.a.dropout",
        ]

    def test_a_shared_choice_is_made_once(self):
        space = read(stage(f"{{choices: {{a: [{RATE}], b: []}}, shared: true}}"))
        assert names(space) == ["s.a_or_b", "s.1.a_or_b.a.dropout", "s.2.a_or_b.a.dropout"]
        assert when(space, "s.2.a_or_b.a.dropout") == {"s.a_or_b": ("a",)}

    def test_shared_under_a_branch_that_each_repeat_chooses(self):
        shared = "{dropout: {low: 0, high: 0.5, shared: true}}"
        space = read(stage(f"{{choices: {{a: [{shared}], b: []}}}}"))
        assert names(space) == ["s.1.a_or_b", "s.a_or_b.a.dropout", "s.2.a_or_b"]
        assert when(space, "s.a_or_b.a.dropout") == {}, "either repeat may bring it"
        values = {"s__1__a_or_b": "b", "s__2__a_or_b": "a", "s__a_or_b__a__dropout": 0.1}
        assert sample(space, **values) == ({"dropout": {"rate": 0.1}},)
