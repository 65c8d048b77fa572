"""What holds for every space: tried on spaces made up at random."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reading_spaces import read

from automl.core.distributions import Distribution, Range, Value
from automl.spaces import domain
from automl.spaces.domain import FixedSuggest, RandomSuggest
from automl.spaces.space import SearchSpace

seeds = st.integers(0, 2**32 - 1)


def whole_numbers(low: int, high: int) -> st.SearchStrategy[dict[str, Any]]:
    ends = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    spread = st.sampled_from([{}, {"log": True}, {"step": 1}, {"step": 2}])
    return st.builds(lambda ends, spread: {"low": ends[0], "high": ends[1], **spread}, ends, spread)


def shares() -> st.SearchStrategy[dict[str, Any]]:
    ends = st.tuples(st.integers(1, 9), st.integers(1, 9)).map(sorted)
    spread = st.sampled_from([{}, {"log": True}, {"step": 0.1}])
    return st.builds(
        lambda ends, spread: {"low": ends[0] / 10, "high": ends[1] / 10, **spread}, ends, spread
    )


@st.composite
def layers(draw: st.DrawFn, names: Iterator[int], in_stage: bool, depth: int, finite: bool) -> Any:
    """One layer, stage or choice."""

    def several(in_stage: bool, smallest: int) -> list[Any]:
        part = layers(names, in_stage, depth - 1, finite)
        return [draw(part) for _ in range(draw(st.integers(smallest, 2)))]

    def sharing(grow: list[dict[str, Any]]) -> dict[str, Any]:
        return draw(st.sampled_from([{}, {"shared": True}, *grow])) if in_stage else {}

    leaves = ["batch_norm", "dense", "activation"] + ([] if finite else ["dropout"])
    kind = draw(st.sampled_from(leaves + (["stage", "choice", "residual"] if depth else [])))
    if kind == "dense":
        drawn = draw(whole_numbers(1, 4)) | sharing([{"grow": 2}, {"grow": 0.9}])
        return {"dense": {"units": drawn, "bias": draw(st.booleans())}}
    if kind == "activation":
        return {"activation": {"choices": ["relu", "gelu"], **sharing([])}}
    if kind == "dropout":
        return {"dropout": draw(shares()) | sharing([])}
    if kind == "stage":
        repeat = draw(st.one_of(st.integers(1, 3), st.just({"choices": [0, 2]})))
        return {"stage": f"s{next(names)}", "repeat": repeat, "layers": several(True, 1)}
    if kind == "choice":
        branches = {name: several(in_stage, 0) for name in ("a", "b")}
        return {"choices": branches, **sharing([])}
    return {"residual": [*several(in_stage, 1), "flatten"]} if kind == "residual" else kind


@st.composite
def spaces(draw: st.DrawFn, finite: bool = False, size: int = 3) -> SearchSpace:
    names = iter(range(1000))
    parts = layers(names, in_stage=False, depth=3 if size > 1 else 2, finite=finite)
    network = [draw(parts) for _ in range(draw(st.integers(1, size)))]
    optimizer = {"choices": {"adamw": {}, "sgd": {"lr": {"choices": [0.1, 1.0]}}}}
    return read(json.dumps(network), json.dumps({"optimizer": optimizer}))


def record(space: SearchSpace, seed: int) -> list[tuple[str, Distribution, Value]]:
    """What one sampling asked for and got."""
    asked = []
    suggest = RandomSuggest(seed)

    def recording(name: str, distribution: Distribution) -> Value:
        value = suggest(name, distribution)
        asked.append((name, distribution, value))
        return value

    space.sample(recording)
    return asked


def turn(space: SearchSpace, script: list[int]) -> list[int]:
    """Sample with the draws that ``script`` says, and the first of all others; their numbers."""
    sizes: list[int] = []

    def scripted(name: str, distribution: Distribution) -> Value:
        position = len(sizes)
        sizes.append(domain.count(distribution) or 0)
        return domain.value_at(distribution, script[position] if position < len(script) else 0)

    space.sample(scripted)
    return sizes


def count_configurations(space: SearchSpace) -> int:
    """By going through all of them, like an odometer."""
    script: list[int] = []
    count = 0
    while True:
        sizes = turn(space, script)
        count += 1
        script += [0] * (len(sizes) - len(script))
        while script and script[-1] == sizes[len(script) - 1] - 1:
            script.pop()
        if not script:
            return count
        script[-1] += 1


@settings(max_examples=60, deadline=None)
@given(space=spaces(), seed=seeds)
def test_what_is_sampled_was_declared(space: SearchSpace, seed: int):
    declared = {each.name: each for each in space.parameters()}
    asked = record(space, seed)
    drawn = {name: value for name, _, value in asked}
    assert len(drawn) == len(asked), "a parameter was asked for twice"
    for name, distribution, value in asked:
        assert declared[name].distribution == distribution
        assert repr(domain.accept(distribution, value)) == repr(value)
        for other, values in declared[name].when.items():
            assert drawn[other] in values


@settings(max_examples=30, deadline=None)
@given(space=spaces(), seed=seeds)
def test_sampling_is_deterministic_by_seed(space: SearchSpace, seed: int):
    assert space.sample(RandomSuggest(seed)) == space.sample(RandomSuggest(seed))


@settings(max_examples=30, deadline=None)
@given(space=spaces(), seed=seeds)
def test_a_configuration_is_its_draws(space: SearchSpace, seed: int):
    drawn = {name: value for name, _, value in record(space, seed)}
    config = space.sample(FixedSuggest(drawn))
    assert config == space.sample(RandomSuggest(seed))
    assert json.loads(json.dumps(config.network)) == list(config.network), "JSON values only"


@settings(max_examples=30, deadline=None)
@given(space=spaces())
def test_the_baseline_is_a_configuration(space: SearchSpace):
    baseline = space.baseline()
    for each in space.parameters():
        value = baseline[each.name]
        assert repr(domain.accept(each.distribution, value)) == repr(value)
    space.sample(FixedSuggest(baseline))


@settings(max_examples=60, deadline=None)
@given(space=spaces(finite=True, size=1))
def test_the_size_is_the_number_of_configurations(space: SearchSpace):
    assume(space.size() <= 300)
    assert space.size() == count_configurations(space)


@settings(max_examples=200, deadline=None)
@given(drawn=st.one_of(whole_numbers(1, 50), shares()), seed=seeds)
def test_random_draws_are_inside(drawn: dict[str, Any], seed: int):
    distribution = domain.trimmed(Range(**drawn))
    value = RandomSuggest(seed)("x", distribution)
    assert repr(domain.accept(distribution, value)) == repr(value)


def test_a_parameter_listed_is_drawn_by_some_seed():
    network = """
      - stage: s
        repeat: {low: 0, high: 2}
        layers:
          - choices: {a: [{dense: {low: 1, high: 3}}], b: [{dropout: {low: 0, high: 0.5}}]}
    """
    space = read(network)
    drawn = {name for seed in range(200) for name, _, _ in record(space, seed)}
    assert drawn == {each.name for each in space.parameters()}
