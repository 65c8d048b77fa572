"""The JSON schema agrees with what is read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from reading_spaces import read
from ruamel.yaml import YAML
from small_vocabulary import SPACE, VOCABULARY
from test_space_properties import spaces

from automl.spaces.schema import json_schema
from automl.spaces.space import SearchSpace

SCHEMA = json_schema(VOCABULARY)
VALIDATOR = Draft202012Validator(SCHEMA)


def is_valid(text: str) -> bool:
    return VALIDATOR.is_valid(YAML(typ="safe", pure=True).load(text))


def test_it_is_a_schema_and_is_json():
    Draft202012Validator.check_schema(json.loads(json.dumps(SCHEMA)))


def test_options_are_described():
    crop = SCHEMA["$defs"]["augmentation.crop"]["anyOf"][0]
    assert crop["properties"]["pad"]["anyOf"][0]["minimum"] == 0
    assert SCHEMA["properties"]["network"]["description"].startswith("The layers in order")


def test_a_space_with_everything():
    assert is_valid(SPACE)


@settings(max_examples=40, deadline=None)
@given(space=spaces())
def test_what_can_be_read_is_valid(space: SearchSpace):
    assert is_valid(space.text)


@pytest.mark.parametrize(
    "network",
    [
        "[conv3d]",
        "[dense]",
        "[{conv3d: 3}]",
        "[{dense: {units: 3, bais: true}}]",
        "[{dense: abc}]",
        "[{dense: {low: 0, high: 3}}]",
        "[{dense: {low: 1}}]",
        "[{dense: {low: 1, hihg: 3}}]",
        "[{activation: {choices: [rleu]}}]",
        "[{activation: {choices: []}}]",
        "[{flatten: 3}]",
        "[{flatten: , batch_norm: }]",
        "[{stage: s, layers: []}]",
        "[{stage: s, repeat: often, layers: [flatten]}]",
        "[{stage: a.b, layers: [flatten]}]",
        "[{choices: {}}]",
        "[{choices: {a: flatten}}]",
        "[{choices: {a: [flaten]}}]",
        "[{residual: [conv3d]}]",
        "[]",
    ],
)
def test_a_wrong_network_is_not_valid(network):
    text = f"task: image_classification\ndata: digits\nnetwork: {network}\n"
    assert not is_valid(text)
    assert is_valid(read().text), "the rest of the text is right"


@pytest.mark.parametrize(
    "section",
    [
        "task: images",
        "data: 3",
        "data: {size: 3}",
        "training: {optimizer: adam}",
        "training: {optimizer: {choices: [adam]}}",
        "training: {optimizer: {choices: {sgd: {lr: fast}}}}",
        "training: {epochs: {low: 1, high: 3}}",
        "training: {batchsize: 3}",
        "training: {augment: flip}",
        "objective: {constraints: {params: {max: 3}}}",
        "objective: {constraints: {flops: {max: 0}}}",
        "objective: {minimize: accuracy}",
        "objective: {minimize: []}",
        "objective: {minimize: [latency, latncy]}",
        "search: {trials: 0}",
        "search: {pruner: ahsa}",
        "trianing: {}",
    ],
)
def test_a_wrong_section_is_not_valid(section):
    given = {"task": "image_classification", "data": "digits", "network": "[flatten]"}
    rest = "".join(f"{key}: {value}\n" for key, value in given.items() if key not in section[:7])
    assert not is_valid(rest + section)
