"""What a text is padded with, and how far, changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layer_options import batch_of, layers, minimal
from torch import Tensor, nn

from automl.core.data_types import PADDING, Tokens
from automl.core.errors import Infeasible
from automl.models.layers import LAYERS
from automl.models.modules.model import Body, Model
from automl.models.modules.preprocessing import TokenIds
from automl.models.network import build_body, build_model, measure_layer

SEQUENCE = (12, 16)
TEXT = Tokens(length=12, vocabulary=30)
LENGTHS = (1, 2, 5, 11, 12)

NETWORKS: dict[str, list[dict[str, Any]]] = {
    "lstm": [{"lstm": {"units": 8, "return_sequences": True}}, {"lstm": {"units": 8}}],
    "gru": [{"gru": {"units": 8, "return_sequences": True}}, {"attention_pool": {}}],
    "rnn": [{"rnn": {"units": 8}}],
    "bidirectional": [
        {"bidirectional": {"layers": [{"lstm": {"units": 4, "return_sequences": True}}]}},
        {"bidirectional": {"layers": [{"gru": {"units": 4}}]}},
    ],
    "text_cnn": [
        {"dense": {"units": 8}},  # its bias makes padding other than 0
        {"conv1d": {"filters": 8, "kernel_size": 5}},
        {"batch_norm": {}},
        {"activation": {"name": "relu"}},
        {"max_pool1d": {}},
        {"conv1d": {"filters": 8, "kernel_size": 4, "padding": "valid"}},
        {"global_max_pool": {}},
    ],
    "residual": [
        {"residual": {"layers": [{"conv1d": {"filters": 8, "stride": 2}}, {"layer_norm": {}}]}},
        {"temporal_conv": {"filters": 8, "dilation": 2}},
        {"flatten": {}},
    ],
    "transformer": [
        {"positional_embedding": {}},
        {"transformer_encoder": {"heads": 2, "feedforward": 32}},
        {"transformer_encoder": {"heads": 4, "feedforward": 16}},
        {"layer_norm": {}},
        {"global_avg_pool": {}},
    ],
}


def text_model(network: list[dict[str, Any]]) -> Model:
    torch.manual_seed(0)
    embedded = [{"embedding": {"size": 8}}, *network]
    return build_model(embedded, TEXT, TokenIds(), lambda shape: nn.Linear(shape[0], 3))


def texts(lengths: tuple[int, ...]) -> Tensor:
    """A text of each length, padded to the longest."""
    ids = batch_of(TEXT, size=len(lengths))
    kept = torch.arange(TEXT.length) < torch.tensor(lengths)[:, None]
    return ids.masked_fill(~kept, PADDING)[:, : max(lengths)].contiguous()


def takes_sequences(name: str) -> bool:
    try:
        measure_layer(name, json.dumps(minimal(name, SEQUENCE)), SEQUENCE)
    except Infeasible:
        return False
    return True


@pytest.mark.parametrize("name", [name for name in LAYERS if takes_sequences(name)])
@pytest.mark.parametrize("length", LENGTHS)
def test_a_layer_does_not_see_what_padding_holds(name: str, length: int) -> None:
    torch.manual_seed(0)
    body, _ = build_body([{name: minimal(name, SEQUENCE)}], SEQUENCE)
    inputs, mask = batch_of(SEQUENCE), torch.arange(SEQUENCE[0]).expand(4, -1) < length
    padded = real_part(body, inputs, mask)
    alone = real_part(body, inputs[2:3, :length], mask[2:3, :length])
    torch.testing.assert_close(alone, padded[2 * len(alone) : 3 * len(alone)])


def real_part(body: Body, inputs: Tensor, mask: Tensor) -> Tensor:
    """What is not padding in the output: (N, features), or (positions, features)."""
    output, after = body.eval()(inputs, mask), body.next_mask(mask)
    return output if after is None else output[after]


@pytest.mark.parametrize("name", NETWORKS)
class TestNetworks:
    def test_a_text_alone_gives_what_it_gives_in_a_batch(self, name: str) -> None:
        model, ids = text_model(NETWORKS[name]).eval(), texts(LENGTHS)
        together = model(ids)
        for row, length in enumerate(LENGTHS):
            alone = model(ids[row : row + 1, :length])
            torch.testing.assert_close(alone, together[row : row + 1])

    def test_no_gradient_comes_from_padding(self, name: str) -> None:
        def gradients(ids: Tensor) -> list[Tensor]:
            model = text_model(NETWORKS[name]).eval()
            model(ids).square().sum().backward()
            return [each.grad for each in model.parameters() if each.grad is not None]

        ids = texts((2, 5))
        longer = nn.functional.pad(ids, (0, TEXT.length - 5), value=PADDING)
        torch.testing.assert_close(gradients(ids), gradients(longer), atol=1e-6, rtol=1e-4)

    def test_an_empty_text_gives_a_number(self, name: str) -> None:
        ids = torch.full((2, 3), PADDING, dtype=torch.int32)
        assert text_model(NETWORKS[name])(ids).isfinite().all()


class TestAnyNetwork:
    @settings(deadline=None, max_examples=40)
    @given(st.lists(layers(depth=1), max_size=4), st.integers(1, 12), st.integers(0, 12))
    def test_a_text_alone_gives_what_it_gives_among_longer_ones(
        self, network: list[dict[str, Any]], length: int, more: int
    ) -> None:
        try:
            model = text_model([*network, {"flatten": {}}]).eval()
        except Infeasible:
            assume(False)
        longest = min(length + more, TEXT.length)
        ids = texts((longest, length))
        torch.testing.assert_close(model(ids[1:, :length]), model(ids)[1:], atol=1e-4, rtol=1e-4)


class TestBatchNorm:
    def statistics(self, inputs: Tensor, mask: Tensor | None) -> tuple[Tensor, nn.Module]:
        module = LAYERS["batch_norm"]().build(SEQUENCE)
        return module(inputs, mask), module

    def test_padding_is_not_counted(self) -> None:
        inputs, mask = batch_of(SEQUENCE), torch.arange(12).expand(4, -1) < 5
        padded, one = self.statistics(inputs, mask)
        cut, other = self.statistics(inputs[:, :5], None)
        torch.testing.assert_close(padded[:, :5], cut)
        torch.testing.assert_close(one.state_dict(), other.state_dict())

    def test_texts_of_different_lengths_count_by_position(self) -> None:
        inputs = batch_of(SEQUENCE)
        mask = torch.arange(12) < torch.tensor([[1], [3], [12], [7]])
        padded, _ = self.statistics(inputs, mask)
        torch.testing.assert_close(padded[mask].mean(dim=0), torch.zeros(16), atol=1e-6, rtol=0)
