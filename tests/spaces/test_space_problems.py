"""Spaces with something wrong: the file, the line, what is wrong and what would be right."""

# ruff: noqa: E501 (the tables read best with a case on a line)

from __future__ import annotations

import pytest
from space_problems import of_network, problems

UNITS = "[{dense: {units: %s}}]"
RATE = "[{dropout: %s}]"


class TestValueProblems:
    @pytest.mark.parametrize(
        ("network", "problem"),
        [
            ("[{dense: abc}]", "`units` of dense (='abc') must be a whole number"),
            ("[{dense: 3.0}]", "`units` of dense (=3.0) must be a whole number"),
            ("[{dense: true}]", "`units` of dense (=True) must be a whole number"),
            ("[{dense: [1]}]", "`units` of dense (=a list) must be a whole number"),
            ("[{dense: {units: {a: 1}}}]", "`units` of dense (=a mapping) must be a whole number"),
            ("[{dense: 0}]", "`units` of dense (=0) must be at least 1"),
            ("[{dropout: 1}]", "`rate` of dropout (=1) must be less than 1"),
            (
                "[{activation: rleu}]",
                "`name` of activation (='rleu') must be 'relu', 'gelu' or 'silu'; "
                "did you mean 'relu'?",
            ),
            (UNITS % "{low: 9, high: 1}", "`units` of dense: the range is empty, low (=9) is above high (=1)"),
            (UNITS % "{low: 0.5, high: 9}", "`units` of dense: low (=0.5) must be a whole number"),
            (UNITS % "{low: 1, high: 9.0}", "`units` of dense: high (=9.0) must be a whole number"),
            (UNITS % "{low: 1, high: 9, step: 0.5}", "`units` of dense: step (=0.5) must be a whole number"),
            (UNITS % "{low: 0, high: 9}", "`units` of dense: low (=0) must be at least 1"),
            (UNITS % "{low: 1}", "a range for `units` of dense needs `high`"),
            (UNITS % "{low: 1, high: 2, logg: true}", "unknown key 'logg' of a range for `units` of dense; did you mean 'log'?"),
            (UNITS % "{low: a, high: 2}", "`low` of a range for `units` of dense (='a') must be a whole number or a number"),
            (UNITS % "{low: 1, high: 2, step: 0}", "`step` of a range for `units` of dense (=0) must be greater than 0"),
            (UNITS % "{low: 1, high: 2, log: 2}", "`log` of a range for `units` of dense (=2) must be true or false"),
            (UNITS % "{low: 1, high: 8, log: true, step: 2}", "`units` of dense: a range has log or step, not both"),
            (RATE % "{low: 0, high: 0.5, log: true}", "`rate` of dropout: low (=0) must be above 0 with log"),
            (UNITS % "{choices: []}", "`choices` of choices for `units` of dense (=a list) must have at least 1 item, not 0"),
            (UNITS % "{choices: 3}", "`choices` of choices for `units` of dense (=3) must be a list"),
            (UNITS % "{choices: [1, [2]]}", "`units` of dense: a choice must be a single value, not a list"),
            (UNITS % "{choices: [1, 2, 1]}", "`units` of dense: choices hold 1 twice"),
            (UNITS % "{choices: [1, x]}", "`units` of dense: choice (='x') must be a whole number"),
            (UNITS % "{choices: [1], low: 1}", "`units` of dense is drawn from choices, or from low to high, not both"),
        ],
    )  # fmt: skip
    def test_a_wrong_value(self, network, problem):
        assert of_network(network) == [f"3: {problem}"]


class TestLayers:
    @pytest.mark.parametrize(
        ("network", "problem"),
        [
            ("[conv3d]", "unknown layer 'conv3d'; did you mean 'conv2d'?"),
            ("[{conv3d: {filters: 3}}]", "unknown layer 'conv3d'; did you mean 'conv2d'?"),
            ("[dense]", "dense needs `units`"),
            ("[{dense: {units: 3, bais: true}}]", "unknown option 'bais' of dense; did you mean 'bias'?"),
            ("[{flatten: 3}]", "flatten has no options; write its name alone"),
            ("[3]", "layer: this must be a name, alone or with options, not 3"),
            ("[{}]", "layer: this must be a name, alone or with options, not a mapping"),
            ("[[flatten]]", "layer: this must be a name, alone or with options, not a list"),
            ("flatten", "the network must hold a list, not 'flatten'"),
            ("", "the network must hold a list, not nothing"),
            ("[]", "the network has no layers; give it at least one"),
            ("[{residual: flatten}]", "`layers` of residual must hold a list, not 'flatten'"),
            ("[{residual: [conv3d]}]", "unknown layer 'conv3d'; did you mean 'conv2d'?"),
            ("[{residual: []}]", "`layers` of residual is empty; give it at least one"),
            (
                "[{grouped: {filters: 3, groups: 2}}]",
                "grouped: `filters` (=3) must be divisible by `groups` (=2)",
            ),
        ],
    )  # fmt: skip
    def test_a_wrong_layer(self, network, problem):
        assert of_network(network) == [f"3: {problem}"]

    def test_options_that_are_not_indented(self):
        network = "\n  - dense:\n    units: 3\n"
        assert of_network(network) == [
            "4: dense needs `units`",
            "5: 'units' stands beside 'dense' as if it were another layer; options of 'dense' go "
            "one level deeper; another layer is an item of its own",
        ]


STAGE = "[{stage: conv, repeat: %s, layers: [flatten]}]"
SHARED = "it is for values inside a repeated stage"


class TestStages:
    @pytest.mark.parametrize(
        ("network", "problem"),
        [
            (STAGE % "0", "`repeat` must reach 1; a stage with no repeat has no effect"),
            (STAGE % "{low: 0, high: 0}", "`repeat` must reach 1; a stage with no repeat has no effect"),
            (STAGE % "-1", "`repeat` of stage 'conv' (=-1) must be at least 0"),
            (STAGE % "{low: -1, high: 2}", "`repeat` of stage 'conv': low (=-1) must be at least 0"),
            (STAGE % "{low: 1, high: 2.5}", "`repeat` of stage 'conv': high (=2.5) must be a whole number"),
            (STAGE % "often", "`repeat` of stage 'conv' (='often') must be a whole number"),
            (STAGE % "10000", "up to 10,000 repeats; at most 100"),
            ("[{stage: a, repeat: 10, layers: [{stage: b, repeat: 20, layers: [flatten]}]}]", "up to 200 repeats; at most 100"),
            ("[{stage: conv, layers: []}]", "stage 'conv' has no layers; give it at least one"),
            ("[{stage: conv, layers: 3}]", "stage 'conv' must hold a list, not 3"),
            ("[{stage: conv}]", "a stage needs `layers`"),
            ("[{stage: conv, layer: [flatten], layers: [flatten]}]", "unknown key 'layer' of a stage; did you mean 'layers'?"),
            ("[{stage: a.b, layers: [flatten]}]", "`stage` of a stage (='a.b') must consist of letters, digits, _ and -, and begin with a letter"),
            ("[{stage: 1, layers: [flatten]}]", "`stage` of a stage (=1) must be a text"),
            ("[{stage: a, layers: [flatten]}, {stage: a, layers: [flatten]}]", "a stage 'a' is here already; give it another name"),
            ("[{dense: {units: {low: 1, high: 2, shared: true}}}]", f"`shared` means nothing here; {SHARED}"),
            ("[{dense: {units: {low: 1, high: 2, grow: 2}}}]", f"`grow` means nothing here; {SHARED}"),
            ("[{choices: {a: []}, shared: true}]", f"`shared` means nothing here; {SHARED}"),
            ("[{stage: s, repeat: {low: 1, high: 2, shared: true}, layers: [flatten]}]", f"`shared` means nothing here; {SHARED}"),
            ("[{stage: s, layers: [{dense: {units: {low: 1, high: 2, grow: 0}}}]}]", "`grow` of a range for `units` of dense (=0) must be greater than 0"),
            ("[{stage: s, layers: [{activation: {choices: [relu], grow: 2}}]}]", "`name` of activation cannot grow; only numbers can"),
            ("[{stage: o, layers: [{stage: s, repeat: {low: 1, high: 2, grow: 2}, layers: [flatten]}]}]", "`repeat` cannot grow"),
        ],
    )  # fmt: skip
    def test_a_wrong_stage(self, network, problem):
        assert of_network(network) == [f"3: {problem}"]


class TestChoices:
    @pytest.mark.parametrize(
        ("network", "problem"),
        [
            ("[{choices: {}}]", "choices of `choice` are empty; give at least one"),
            ("[{choices: 3}]", "choices of `choice` must be a mapping or list, not 3"),
            ("[{choices: [flatten]}]", "branches need names; {choices: {NAME: [layer, …], …}}"),
            ("[{choices: {a: flatten}}]", "branch 'a' must hold a list, not 'flatten'"),
            ("[{choices: {a: [conv3d]}}]", "unknown layer 'conv3d'; did you mean 'conv2d'?"),
            ("[{choices: {1a: []}}]", "the name of branch '1a' must consist of letters, digits, _ and -, and begin with a letter"),
            ("[{choices: {a: []}, nam: x}]", "unknown key 'nam' of a choice; did you mean 'name'?"),
            ("[{choices: {a: []}, name: x.y}]", "`name` of a choice (='x.y') must consist of letters, digits, _ and -, and begin with a letter"),
        ],
    )  # fmt: skip
    def test_a_wrong_choice(self, network, problem):
        assert of_network(network) == [f"3: {problem}"]


def test_all_problems_are_told_at_once_by_line():
    text = """
task: image_clasification
data: digits
netwrk: []
network:
  - stage: conv
    layers: [{conv2d: {filtres: 3, filters: {low: 4, high: 1}}}]
  - activation: {choices: []}
training:
  optimizer: adam
search: {sampler: tpee}
baseline: {cov.repeat: 1}
"""
    lines = [each.partition(":")[0] for each in problems(text)]
    assert lines == ["2", "4", "7", "7", "8", "10", "11", "12"]


def test_a_space_of_too_many_parameters():
    layers = "{dropout: {low: 0, high: 0.5}}, " * 101
    network = f"[{{stage: s, repeat: 100, layers: [{layers}]}}]"
    assert of_network(network) == [
        "1: the space has too many parameters; at most 10,000, with all repeats and branches"
    ]


def test_what_an_alias_repeats_is_told_once():
    assert of_network("[{dense: &wide 0}, {dense: *wide}]") == [
        "3: `units` of dense (=0) must be at least 1"
    ]
