from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from layer_options import batch_of
from torch import Tensor, nn

from automl.core.data_types import PADDING, Shape, Tokens
from automl.core.errors import Infeasible
from automl.models.layers import LAYERS
from automl.models.network import ModuleSize, build_body, measure_layer

TEXT = Tokens(length=12, vocabulary=30)
SEQUENCE = (12, 6)


def size(name: str, options: dict[str, Any], shape: Shape = SEQUENCE) -> ModuleSize:
    return measure_layer(name, json.dumps(options), shape)


def module_of(name: str, options: dict[str, Any], shape: Shape = SEQUENCE) -> nn.Module:
    torch.manual_seed(0)
    return LAYERS[name].model_validate(options).build(shape).eval()


class TestEmbedding:
    def test_the_vocabulary_is_that_of_the_data(self) -> None:
        assert size("embedding", {"size": 4}, TEXT) == ModuleSize(
            (12, 4), parameters=30 * 4, flops=0
        )

    def test_a_larger_vocabulary_is_fine(self) -> None:
        assert size("embedding", {"size": 4, "vocabulary": 100}, TEXT).parameters == 400

    def test_a_smaller_one_is_not(self) -> None:
        with pytest.raises(Infeasible, match=r"`vocabulary` \(=29\) is smaller .* \(=30\)"):
            size("embedding", {"size": 4, "vocabulary": 29}, TEXT)

    def test_padding_is_zero(self) -> None:
        ids = torch.tensor([[3, PADDING]], dtype=torch.int32)
        vectors = module_of("embedding", {"size": 4}, TEXT)(ids)
        assert vectors[0, 0].all()
        assert not vectors[0, 1].any()

    def test_all_else_needs_one_first(self) -> None:
        with pytest.raises(Infeasible) as caught:
            build_body([{"lstm": {"units": 4}}], TEXT)
        reason = "layer 1 (lstm) got texts of up to 12 tokens: tokens need an embedding first"
        assert caught.value.reason == reason

    def test_tokens_are_not_taken_for_a_sequence_of_the_same_numbers(self) -> None:
        size("embedding", {"size": 4}, TEXT)
        with pytest.raises(Infeasible, match="it needs token ids"):
            size("embedding", {"size": 4}, tuple(TEXT))


@pytest.mark.parametrize(("name", "gates"), [("lstm", 4), ("gru", 3), ("rnn", 1)])
class TestRecurrent:
    def test_products_of_every_step_count(self, name: str, gates: int) -> None:
        # At each position, each unit of each gate sees all features and all units.
        length, features, units = 12, 6, 8
        products = length * gates * units * (features + units)
        assert size(name, {"units": units}).flops == 2 * products

    def test_the_last_state_is_the_output_unless_all_are_asked_for(
        self, name: str, gates: int
    ) -> None:
        last, every = (
            module_of(name, {"units": 8, "return_sequences": each})(batch_of(SEQUENCE))
            for each in (False, True)
        )
        assert every.shape == (4, 12, 8)
        assert torch.equal(every[:, -1], last)

    def test_a_long_series_is_measured_at_once(self, name: str, gates: int) -> None:
        assert size(name, {"units": 8, "return_sequences": True}, (10**6, 6)).shape == (10**6, 8)

    def test_a_vector_is_refused(self, name: str, gates: int) -> None:
        with pytest.raises(Infeasible, match="it needs a sequence; put it before"):
            size(name, {"units": 8}, (6,))


class TestBidirectional:
    def test_each_direction_ends_where_it_should(self) -> None:
        module = module_of("bidirectional", {"layers": [{"gru": {"units": 4}}]})
        inputs = batch_of(SEQUENCE)
        there, back = module(inputs).chunk(2, dim=1)
        assert torch.equal(there, module.forwards(inputs))
        assert torch.equal(back, module.backwards(inputs.flip(1)))

    def test_positions_of_both_directions_match(self) -> None:
        inner = {"gru": {"units": 4, "return_sequences": True}}
        module = module_of("bidirectional", {"layers": [inner]})
        changed = batch_of(SEQUENCE)
        before = module(changed)
        changed[:, 5] += 1
        there, back = (module(changed) != before).any(dim=0).chunk(2, dim=1)
        assert there.any(dim=1).tolist() == [position >= 5 for position in range(12)]
        assert back.any(dim=1).tolist() == [position <= 5 for position in range(12)]

    def test_directions_have_weights_of_their_own(self) -> None:
        module = module_of("bidirectional", {"layers": [{"lstm": {"units": 4}}]})
        one, other = (each.state_dict() for each in (module.forwards, module.backwards))
        assert list(one) == list(other)
        assert not any(torch.equal(one[key], other[key]) for key in one)


class TestConv1d:
    @pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5])
    @pytest.mark.parametrize("stride", [1, 2, 3])
    @pytest.mark.parametrize("dilation", [1, 2])
    def test_same_padding_depends_on_the_stride_alone(
        self, kernel_size: int, stride: int, dilation: int
    ) -> None:
        options = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
        assert size("conv1d", {"filters": 4, **options}).shape == (-(-12 // stride), 4)

    def test_valid_padding_shrinks(self) -> None:
        options = {"filters": 4, "kernel_size": 3, "dilation": 2, "padding": "valid"}
        assert size("conv1d", options).shape == (8, 4)

    def test_a_valid_window_must_fit(self) -> None:
        with pytest.raises(Infeasible, match="its window of 13 does not fit"):
            size("conv1d", {"filters": 4, "kernel_size": 13, "padding": "valid"})

    def test_it_is_pytorchs(self) -> None:
        module = module_of("conv1d", {"filters": 4, "kernel_size": 5})
        inputs = batch_of(SEQUENCE)
        expected = module.convolution(inputs.transpose(1, 2)).transpose(1, 2)
        assert torch.equal(module(inputs), expected)


def test_a_temporal_convolution_sees_no_later_position() -> None:
    module = module_of("temporal_conv", {"filters": 8, "kernel_size": 3, "dilation": 2})
    changed = batch_of(SEQUENCE)
    before = module(changed)
    changed[:, 3] += 1
    seen = (module(changed) != before).any(dim=2).any(dim=0)
    assert seen.nonzero().flatten().tolist() == [3, 5, 7, 9, 11]


class TestSequencePooling:
    @pytest.mark.parametrize(("pool", "length"), [((2, None), 6), ((5, None), 3), ((3, 1), 12)])
    def test_a_window_may_stick_out(self, pool: tuple[int, int | None], length: int) -> None:
        options = {"size": pool[0], "stride": pool[1]}
        assert size("max_pool1d", options).shape == (length, 6)
        inputs = batch_of(SEQUENCE)
        last = inputs[:, (length - 1) * (pool[1] or pool[0]) :].amax(dim=1)
        assert torch.equal(module_of("max_pool1d", options)(inputs)[:, -1], last)

    def test_a_window_larger_than_the_sequence_is_infeasible(self) -> None:
        with pytest.raises(Infeasible, match="its window of 13 does not fit"):
            size("max_pool1d", {"size": 13})

    def test_attention_weighs_positions(self) -> None:
        module, inputs = module_of("attention_pool", {}), batch_of(SEQUENCE)
        low, high = inputs.amin(dim=1), inputs.amax(dim=1)
        assert ((low < module(inputs)) & (module(inputs) < high)).all()

    @pytest.mark.parametrize("name", ["global_avg_pool", "global_max_pool"])
    def test_a_vector_needs_none(self, name: str) -> None:
        with pytest.raises(Infeasible, match="leave it out"):
            size(name, {}, (6,))


class TestTransformerEncoder:
    def test_it_is_pytorchs_pre_norm_block(self) -> None:
        module = module_of("transformer_encoder", {"heads": 2, "feedforward": 10})
        torchs = nn.TransformerEncoderLayer(
            6, 2, 10, activation="gelu", batch_first=True, norm_first=True
        ).eval()
        parts = {
            "attention_norm": torchs.norm1,
            "attention.combine": torchs.self_attn.out_proj,
            "feedforward_norm": torchs.norm2,
            "feedforward.0": torchs.linear1,
            "feedforward.2": torchs.linear2,
        }
        for name, part in parts.items():
            part.load_state_dict(module.get_submodule(name).state_dict())
        project = {"weight": torchs.self_attn.in_proj_weight, "bias": torchs.self_attn.in_proj_bias}
        module.attention.project.load_state_dict(project)
        mask = torch.arange(12).expand(4, -1) < 5
        expected = torchs(batch_of(SEQUENCE), src_key_padding_mask=~mask)[:, :5]
        torch.testing.assert_close(module(batch_of(SEQUENCE), mask)[:, :5], expected)

    def test_heads_must_divide_the_features(self) -> None:
        with pytest.raises(Infeasible, match=r"`features` \(=6\) must be divisible by `heads`"):
            size("transformer_encoder", {"heads": 4, "feedforward": 8})

    def test_products_of_attention_and_network_count(self) -> None:
        length, features, hidden = 12, 6, 8
        dense = 4 * features * features + 2 * features * hidden
        pairs = 2 * length * features
        flops = size("transformer_encoder", {"heads": 2, "feedforward": hidden}).flops
        assert flops == 2 * length * (dense + pairs)


class TestSequenceResidual:
    @pytest.mark.parametrize("length", [1, 7, 8, 12])
    @pytest.mark.parametrize(
        "layers",
        [
            [{"conv1d": {"filters": 4, "stride": 3}}],
            [{"conv1d": {"filters": 4, "stride": 2}}, {"conv1d": {"filters": 6, "stride": 2}}],
            [{"lstm": {"units": 8, "return_sequences": True}}],
        ],
    )
    def test_the_input_is_averaged_to_the_length(
        self, layers: list[dict[str, Any]], length: int
    ) -> None:
        body, output = build_body([{"residual": {"layers": layers}}], SEQUENCE)
        mask = torch.ones(4, length, dtype=torch.bool)
        assert body(batch_of((length, 6)), mask).shape[2] == output[1]

    def test_a_length_that_no_stride_gives_is_infeasible(self) -> None:
        inner = {"conv1d": {"filters": 6, "padding": "valid"}}
        with pytest.raises(Infeasible, match="turn a length of 12 into 10, and no stride does"):
            size("residual", {"layers": [inner]})


def test_flatten_fills_short_texts_with_zeros() -> None:
    inputs, mask = batch_of((5, 6)), torch.arange(5).expand(4, -1) < 3
    values: Tensor = module_of("flatten", {})(inputs, mask)
    assert values.shape == (4, 72)
    assert torch.equal(values[:, :18], inputs[:, :3].flatten(1))
    assert not values[:, 18:].any()


def test_group_norm_leaves_sequences_to_layer_norm() -> None:
    with pytest.raises(Infeasible, match="a sequence takes layer_norm"):
        size("group_norm", {"groups": 2})


def test_attention_in_bfloat16_is_about_that_in_float32_with_its_gradients():
    """On a CPU it is computed in float32, inside a network in bfloat16."""
    module = module_of("transformer_encoder", {"heads": 2, "feedforward": 16, "dropout": 0.0})
    inputs = torch.randn(4, *SEQUENCE, generator=torch.Generator().manual_seed(0))
    mask = torch.arange(12)[None] < torch.tensor([[12], [5], [1], [8]])
    found = []
    for mixed in (False, True):
        given = inputs.clone().requires_grad_()
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            outputs = module(given, mask).float()
        outputs.square().sum().backward()
        found.append((outputs.detach(), given.grad))
    torch.testing.assert_close(found[1], found[0], rtol=0.05, atol=0.1)
