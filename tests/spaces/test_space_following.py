"""A setting of the training that follows a choice in the network."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator
from reading_spaces import names, read, training_of, when
from ruamel.yaml import YAML
from small_vocabulary import VOCABULARY
from space_problems import HEAD, problems

from automl.spaces.domain import RandomSuggest
from automl.spaces.schema import json_schema

NETWORK = "[{choices: {flat: [flatten], wide: [{dense: {units: 8}}]}, name: model}]"
TRAINING = """{optimizer: {follows: model, branches: {
  flat: {adamw: {lr: {low: 0.1, high: 0.2}}},
  wide: {choices: {sgd: {lr: {low: 0.3, high: 0.4}}, adamw: {}}}}}}"""


def test_each_branch_of_the_choice_has_its_own_setting():
    space = read(NETWORK, TRAINING)
    flat = {"model": "flat", "model.flat.optimizer.adamw.lr": 0.15}
    assert training_of(space, flat)["optimizer"]["adamw"]["lr"] == 0.15
    wide = {"model": "wide", "model.wide.optimizer": "sgd", "model.wide.optimizer.sgd.lr": 0.35}
    assert training_of(space, wide)["optimizer"]["sgd"]["lr"] == 0.35


def test_its_parameters_are_named_after_the_branch_and_exist_in_it_only():
    space = read(NETWORK, TRAINING)
    assert names(space) == [
        "model",
        "model.flat.optimizer.adamw.lr",
        "model.wide.optimizer",
        "model.wide.optimizer.sgd.lr",
    ]
    assert when(space, "model") == {}
    assert when(space, "model.flat.optimizer.adamw.lr") == {"model": ("flat",)}


def test_both_draw_the_same_branch():
    space = read(NETWORK, TRAINING)
    for seed in range(20):
        config = space.sample(RandomSuggest(seed))
        lr = next(iter(config.training["optimizer"].values()))["lr"]
        is_flat = "flatten" in config.network[0]
        assert (0.1 <= lr <= 0.2) == is_flat


@pytest.mark.parametrize(
    ("follows", "branches", "problem"),
    [
        ("modle", "{flat: adamw, wide: adamw}", "unknown choice 'modle'; did you mean 'model'?"),
        ("model", "{flat: adamw}", "`branches` needs 'wide'"),
        ("model", "{flat: adamw, wide: adamw, wile: sgd}", "unknown branch 'wile' of model"),
        ("model", "{flat: adamw, wide: adam}", "unknown optimizer 'adam'"),
    ],
)
def test_what_is_wrong_is_said(follows, branches, problem):
    training = f"training: {{optimizer: {{follows: {follows}, branches: {branches}}}}}\n"
    [found] = problems(f"{HEAD}network: {NETWORK}\n{training}")
    assert problem in found


def test_a_choice_of_each_repeat_cannot_be_followed():
    network = f"[{{stage: s, repeat: 2, layers: {NETWORK}}}]"
    training = "training: {optimizer: {follows: s.#.model, branches: {flat: adamw, wide: adamw}}}\n"
    [found] = problems(f"{HEAD}network: {network}\n{training}")
    assert "unknown choice" in found


def test_editors_know_it():
    document = YAML(typ="safe", pure=True).load(f"{HEAD}network: {NETWORK}\ntraining: {TRAINING}\n")
    assert list(Draft202012Validator(json_schema(VOCABULARY)).iter_errors(document)) == []
