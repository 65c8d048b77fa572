"""Draws that build the same network with the same settings are one configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl import api
from automl.api.spaces import make_vocabulary
from automl.core.distributions import Value
from automl.core.trial import Config
from automl.spaces.domain import FixedSuggest
from automl.spaces.space import parse_space

pytestmark = pytest.mark.slow

SPACE = """\
task: image_classification
data: digits
network:
  - flatten
  - stage: hidden
    repeat: {{low: 0, high: 1}}
    layers: [{{dropout: {{choices: [0.0, 0.3], shared: true}}}}]
  - {layer}
training:
  epochs: 1
  batch_size: 64
  {training}
search: {{trials: 9, sampler: grid, pruner: none}}
"""


def config(layer: str = "batch_norm", training: str = "mixup: 0.0", **drawn: Value) -> Config:
    text = SPACE.format(layer=layer, training=training)
    values = {"hidden.repeat": 0, **{name.replace("__", "."): drawn[name] for name in drawn}}
    return parse_space(text, make_vocabulary(), "space").sample(FixedSuggest(values))


def test_a_result_is_reused_and_takes_no_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "same.yaml").write_text(SPACE.format(layer="batch_norm", training="mixup: 0.0"))
    study = api.search("same.yaml", executor="local", finalize=False).record
    assert study.counted == study.count("complete") == 2, "of three that could be drawn"
    drawn = {each.parameters.get("hidden.dropout", 0.0): each for each in study.ranked}
    twins = [
        each for each in study.having("duplicate") if not each.parameters.get("hidden.dropout")
    ]
    assert {each.parameters["hidden.repeat"] for each in twins} == {0, 1}
    for twin in twins:
        assert twin.reason == f"the same configuration as trial {drawn[0.0].number}"
        assert (twin.seconds, twin.objective) == (0.0, drawn[0.0].objective)


def test_layers_that_do_nothing_are_left_out() -> None:
    nothing = config()
    assert config(hidden__repeat=1, hidden__dropout=0.0) == nothing
    assert config(hidden__repeat=1, hidden__dropout=0.3) != nothing
    pool = "max_pool1d: {size: {choices: [1, 2]}}"
    assert config(pool, size=1).network == nothing.network[:-1]
    assert config(pool, size=2).network != nothing.network[:-1]


def test_they_are_left_out_inside_of_others_too() -> None:
    block = "residual: [{dense: 64}, {dropout: {choices: [0.0, 0.5]}}]"
    assert config(block, dropout=0.0) == config("residual: [{dense: 64}]")
    emptied = config("residual: [{dropout: {choices: [0.0, 0.5]}}]", dropout=0.0)
    assert emptied.network[-1]["residual"]["layers"] == [], "its input is added to itself"


def test_a_setting_without_effect_is_as_if_it_were_off() -> None:
    sgd = "optimizer: {sgd: {momentum: {choices: [0.0, 0.9]}, nesterov: {choices: [true, false]}}}"
    drawn = {"optimizer__sgd__momentum": 0.0, "optimizer__sgd__nesterov": True}
    off = {**drawn, "optimizer__sgd__nesterov": False}
    assert config(training=sgd, **drawn) == config(training=sgd, **off)
    moving = {"optimizer__sgd__momentum": 0.9}
    assert config(training=sgd, **(drawn | moving)) != config(training=sgd, **(off | moving))
    flip = "augment: [{flip: {probability: {choices: [0.0, 0.5]}}}]"
    assert config(training=flip, augment__flip__probability=0.0) == config()
