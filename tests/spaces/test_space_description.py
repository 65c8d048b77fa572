"""A space in words."""

from __future__ import annotations

import math

from reading_spaces import read

from automl.report.space_check import ParameterInWords, describe


def in_words(network: str, training: str = "{}", rest: str = "") -> list[ParameterInWords]:
    return list(describe(read(network, training, rest)).parameters)


def test_choices():
    [each] = in_words("[{conv2d: {filters: {choices: [16, 32, 64]}}}]")
    assert each == ParameterInWords("filters", "16 | 32 | 64", "", "16")


def test_choices_of_true_and_nothing():
    bias, clip = in_words(
        "[{dense: {units: 4, bias: {choices: [true, false]}}}]",
        "{clip_norm: {choices: [null, 1.5]}}",
    )
    assert (bias.values, clip.values, clip.baseline) == ("true | false", "none | 1.5", "none")


def test_ranges():
    training = "{optimizer: {adamw: {lr: {low: 1e-4, high: 1e-2, log: true}}}}"
    units, rate, lr = in_words(
        "[{dense: {low: 8, high: 64, step: 8}}, {dropout: {low: 0, high: 0.5}}]", training
    )
    assert (units.values, units.baseline) == ("8 … 64 (step 8)", "32")
    assert (rate.values, rate.baseline) == ("0.0 … 0.5", "0.25")
    assert (lr.values, lr.baseline) == ("0.0001 … 0.01 (log)", "0.001")


def test_when():
    layer = "{choices: {a: [{dense: {low: 1, high: 9}}]}}"
    words = in_words(f"[{{stage: s, repeat: {{low: 1, high: 3}}, layers: [{layer}]}}]")
    assert [each.when for each in words if each.name == "s.2.choice.a.dense"] == [
        "s.repeat is 2 | 3 and s.2.choice is a"
    ]


def test_what_the_file_sets():
    objective = "{metric: loss, minimize: [latency, flops], constraints: {flops: {max: 10}}}"
    rest = f"objective: {objective}\nsearch: {{trials: 7, sampler: random, pruner: median}}\n"
    described = describe(read("[{dense: {low: 1, high: 9}}]", "{epochs: 3}", rest))
    assert (described.tasks, described.data) == (("image_classification",), "digits")
    assert (described.metric, dict(described.constraints)) == ("loss", {"flops": 10})
    assert described.minimize == ("latency", "flops")
    assert (described.trials, described.sampler, described.pruner) == (7, "random", "median")
    assert (described.epochs, described.size, described.source) == (3, 9, "space.yaml")


def test_a_continuous_space_is_infinite():
    assert describe(read("[{dropout: {low: 0, high: 0.5}}]")).size == math.inf
