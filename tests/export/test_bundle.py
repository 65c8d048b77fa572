from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from export_models import CONV, outputs_of

from automl.core.data_types import Classes
from automl.core.errors import ExportError, UserError
from automl.data.dataset import Dataset
from automl.export.bundle import Bundle
from automl.export.facts import ModelFacts, ModelScore


@pytest.fixture
def copy(bundle: Bundle, facts: ModelFacts, model: torch.nn.Module, tmp_path: Path) -> Bundle:
    return Bundle.write(tmp_path / "copy", facts, model.state_dict())


def change(bundle: Bundle, **changes: Any) -> None:
    file = bundle.folder / "bundle.json"
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **changes}), "utf-8")


class TestBundle:
    def test_it_holds_the_model(
        self, bundle: Bundle, model: torch.nn.Module, digits: Dataset
    ) -> None:
        found = Bundle.load(bundle.folder).model()
        images = digits.validation.inputs[:16]
        assert not any(module.training for module in found.modules())
        np.testing.assert_array_equal(outputs_of(found, images), outputs_of(model, images))

    def test_what_was_written_is_what_is_loaded(self, bundle: Bundle, facts: ModelFacts) -> None:
        assert Bundle.load(bundle.folder) == bundle
        assert bundle.facts == facts

    def test_loading_draws_no_random_numbers(self, bundle: Bundle) -> None:
        before = torch.random.get_rng_state()
        bundle.model()
        assert torch.equal(before, torch.random.get_rng_state())

    def test_weights_may_be_in_any_memory_format(
        self, facts: ModelFacts, model: torch.nn.Module, digits: Dataset, tmp_path: Path
    ) -> None:
        weights = {
            name: each.to(memory_format=torch.channels_last) if each.dim() == 4 else each
            for name, each in model.state_dict().items()
        }
        found = Bundle.write(tmp_path / "b", facts, weights).model()
        images = digits.validation.inputs[:4]
        np.testing.assert_array_equal(outputs_of(found, images), outputs_of(model, images))

    def test_the_card_tells_the_facts(self, bundle: Bundle, facts: ModelFacts) -> None:
        card = (bundle.folder / "README.md").read_text("utf-8")
        assert card.startswith("# cnn, trial 12\n")
        assert "| accuracy | validation | 0.9125 | - |" in card
        assert "The test split has not been opened." in card
        assert facts.origin.fingerprint in card
        assert '1. conv2d `filters=16, kernel_size=3, stride=1, padding="same"' in card
        assert "`0`, `1`, `2`" in card

    def test_the_card_says_how_often_the_test_split_was_opened(
        self, facts: ModelFacts, model: torch.nn.Module, tmp_path: Path
    ) -> None:
        score = ModelScore(metric="loss", value=0.3, split="test", low=0.25, high=0.4)
        origin = facts.origin.model_copy(update={"test_opened": 2})
        tested = facts.model_copy(update={"scores": (*facts.scores, score), "origin": origin})
        Bundle.write(tmp_path / "b", tested, model.state_dict())
        card = (tmp_path / "b" / "README.md").read_text("utf-8")
        assert "| loss | test | 0.3000 | 0.2500 to 0.4000 |" in card
        assert "opened 2 times" in card


class TestBundleDamage:
    def test_no_bundle(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="is no bundle"):
            Bundle.load(tmp_path / "nothing")

    def test_missing_weights(self, copy: Bundle) -> None:
        (copy.folder / "model.safetensors").unlink()
        with pytest.raises(UserError, match=r"model\.safetensors"):
            copy.model()

    @pytest.mark.parametrize("kept", [0, 7, 100, 5000])
    def test_truncated_weights(self, copy: Bundle, kept: int) -> None:
        weights = copy.folder / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:kept])
        with pytest.raises(UserError, match="damaged"):
            copy.model()

    @pytest.mark.parametrize(
        "network",
        [
            [CONV],
            [{"conv2d": {"filters": 10**9}}, {"global_avg_pool": {}}],
            [{"dense": {"units": 4}}],
            [{"no_such_layer": {}}],
            [{"conv2d": {"filters": "many"}}],
            [],
        ],
    )
    def test_weights_of_another_network(self, copy: Bundle, network: list[Any]) -> None:
        change(copy, network=network)
        with pytest.raises(UserError) as caught:
            Bundle.load(copy.folder).model()
        assert "\n" not in str(caught.value)

    def test_weights_of_other_labels(self, copy: Bundle) -> None:
        change(copy, target={"labels": ["cat", "dog"]})
        with pytest.raises(UserError, match=r"size mismatch for head\.bias"):
            Bundle.load(copy.folder).model()

    def test_names_in_it_lead_nowhere(
        self, copy: Bundle, facts: ModelFacts, model: torch.nn.Module, tmp_path: Path
    ) -> None:
        outside = "../../outside"
        origin = facts.origin.model_copy(update={"study": outside, "data": outside})
        odd = facts.model_copy(update={"target": Classes((outside,) * 10), "origin": origin})
        bundle = Bundle.write(tmp_path / "odd", odd, model.state_dict())
        assert bundle.model()
        assert {path.name for path in tmp_path.iterdir()} == {"copy", "odd"}


class TestWriting:
    def test_half_a_bundle_is_none(self, facts: ModelFacts, tmp_path: Path) -> None:
        shared = torch.zeros(4)
        with pytest.raises(RuntimeError, match="share memory"):
            Bundle.write(tmp_path / "b", facts, {"one": shared, "two": shared})
        assert list(tmp_path.iterdir()) == []

    def test_a_place_that_cannot_be_written(
        self, facts: ModelFacts, model: torch.nn.Module, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ExportError, match="cannot write"):
            Bundle.write(tmp_path / "file" / "b", facts, model.state_dict())
