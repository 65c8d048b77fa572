"""The shipped spaces, read with everything the package has."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from automl.api.spaces import make_vocabulary
from automl.core.distributions import Choices, Range
from automl.data import DATASETS
from automl.models.layers import LAYERS
from automl.spaces import list_spaces
from automl.spaces.context import named_of
from automl.spaces.domain import FixedSuggest, RandomSuggest
from automl.spaces.schema import json_schema
from automl.spaces.sections import SearchForm
from automl.spaces.space import SearchSpace, parse_space, read_space
from automl.training.settings import TrainingSettings, balance_for

VOCABULARY = make_vocabulary()
HEAD = "task: image_classification\ndata: digits\n"
SHIPPED = dict(list_spaces(Path("/")))


def read(name: str) -> SearchSpace:
    return read_space(SHIPPED[name], VOCABULARY, name)


@pytest.mark.parametrize("name", SHIPPED)
class TestShippedSpace:
    def test_it_says_where_to_start(self, name):
        assert read(name).start, "a shipped space has a baseline"
        assert read(name).text.startswith("#"), "and explains itself"

    def test_it_repeats_no_default_sampler_or_pruner(self, name):
        section = YAML(typ="safe", pure=True).load(SHIPPED[name].read_text()).get("search", {})
        defaults = SearchForm()
        assert section.get("sampler") != defaults.sampler, "changing a default is one line"
        assert section.get("pruner") != defaults.pruner

    def test_its_data_needs_no_path(self, name):
        assert read(name).data in DATASETS

    def test_samples_are_full_configurations(self, name):
        fitted = {"epochs": 3, "batch_size": 8, **balance_for(True)}
        space = replace(read(name), fitted=fitted)
        for seed in range(50):
            config = space.sample(RandomSuggest(seed))
            assert TrainingSettings.model_validate(config.training).epochs == 3
            for layer in config.network:
                [(kind, options)] = layer.items()
                assert LAYERS[kind].model_validate(options).model_dump(mode="json") == options

    def test_the_baseline_is_a_configuration(self, name):
        space = read(name)
        assert space.sample(FixedSuggest(space.baseline())).network

    def test_an_editor_finds_nothing_wrong(self, name):
        document = YAML(typ="safe", pure=True).load(SHIPPED[name].read_text())
        assert list(Draft202012Validator(json_schema(VOCABULARY)).iter_errors(document)) == []


def test_cnn_has_the_names_that_people_know():
    known = {each.name: each for each in read("cnn").parameters()}
    assert known["conv.repeat"].distribution == Range(1, 4)
    assert isinstance(known["conv.filters"].distribution, Choices)
    assert dict(known["optimizer.adamw.lr"].when) == {"optimizer": ("adamw",)}
    assert {
        "conv.kernel_size",
        "conv.block",
        "head",
        "head.flat.units",
        "augment.kind",
    } <= known.keys()


@pytest.mark.parametrize("field", ["optimizer", "schedule", "augment"])
def test_each_member_of_a_family_can_be_chosen(field):
    """A new one is covered with no new code here."""
    named = named_of(TrainingSettings, field)
    assert named is not None
    for name in VOCABULARY.families[named.family]:
        value = f"[{name}]" if named.many else name
        text = f"{HEAD}network: [flatten]\ntraining: {{{field}: {value}}}\n"
        training = parse_space(text, VOCABULARY, name).sample(FixedSuggest({})).training
        chosen = training[field][0] if named.many else training[field]
        model = VOCABULARY.families[named.family][name]
        assert chosen == {name: model().model_dump(mode="json")}


@pytest.mark.slow
def test_reading_a_space_imports_nothing_heavy():
    code = """
import sys
import test_shipped_spaces as shipped
shipped.read("cnn").sample(shipped.RandomSuggest(0))
print([name for name in ("torch", "optuna", "ray", "sklearn") if name in sys.modules])
"""
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"
