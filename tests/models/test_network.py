from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_options import batch_of, layers
from torch import Tensor, nn

from automl.core.data_types import Shape, Tokens
from automl.core.errors import Infeasible, UnknownName
from automl.models.modules.preprocessing import Normalize, Preprocess
from automl.models.network import NetworkSummary, build_body, build_model, summarize

CNN: list[dict[str, Any]] = [
    {"conv2d": {"filters": 8}},
    {"batch_norm": {}},
    {"activation": {"name": "relu"}},
    {"max_pool2d": {"size": 2}},
    {"flatten": {}},
    {"dense": {"units": 16}},
    {"dropout": {"rate": 0.1}},
]


class Raw(Preprocess):
    """Takes raw inputs as they are."""

    def forward(self, raw: Tensor) -> Tensor:
        return raw


RAW = Raw()


def head(shape: Shape) -> nn.Module:
    return nn.Linear(shape[-1], 10)


def as_written(body: nn.Sequential) -> list[nn.Module]:
    """The layers in the order of the network they were built from."""
    children = dict(body.named_children())
    return [children[each] for each in sorted(children, key=lambda name: int(name.split("_")[-1]))]


shapes = st.one_of(
    st.tuples(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 6), st.integers(1, 6)),
    st.tuples(st.integers(1, 6)),
    st.builds(Tokens, st.integers(1, 6), st.integers(2, 6)),
)

# Random layers take no token ids but for one.
EMBEDDING = {"embedding": {"size": 4}}


class TestAnyStack:
    @settings(deadline=None, max_examples=150)
    @given(st.lists(layers(), max_size=5), shapes)
    def test_it_is_as_summarised_or_infeasible(
        self, network: list[dict[str, Any]], shape: Shape
    ) -> None:
        network = [EMBEDDING, *network] if isinstance(shape, Tokens) else network
        try:
            summary = summarize(network, shape, RAW, head)
        except Infeasible:
            with pytest.raises(Infeasible):
                build_body(network, shape)
            return
        body, output = build_body(network, shape)
        assert_as_summarised(summary, body, shape)
        assert body(batch_of(shape, size=2)).shape == (2, *output)


def assert_as_summarised(summary: NetworkSummary, body: nn.Sequential, shape: Shape) -> None:
    values = batch_of(shape, size=2)
    for module, row in zip(as_written(body), summary.rows, strict=False):
        values = module(values)
        assert values.shape == (2, *row.shape)
        assert sum(each.numel() for each in module.parameters()) == row.parameters
    assert len(summary.rows) == len(body) + 1


class TestBuildModel:
    def test_raw_images_give_logits(self) -> None:
        model = build_model(CNN, (3, 8, 8), Normalize((0.5,) * 3, (0.2,) * 3), head)
        images = torch.randint(0, 256, (5, 3, 8, 8), dtype=torch.uint8)
        assert [name for name, _ in model.named_children()] == ["preprocess", "body", "head"]
        assert model(images).shape == (5, 10)

    def test_children_are_named_after_their_place(self) -> None:
        body, _ = build_body(CNN[:4], (3, 8, 8))
        assert [name for name, _ in body.named_children()] == [
            "conv2d_1",
            "batch_norm_2",
            "max_pool2d_4",
            "activation_3",
        ]

    def test_the_seed_decides_the_weights_whatever_was_measured_before(self) -> None:
        def weights(summaries: int) -> dict[str, torch.Tensor]:
            torch.manual_seed(3)
            for _ in range(summaries):
                summarize([*CNN, {"dense": {"units": 7}}], (3, 8, 8), RAW, head)
            return build_body(CNN, (3, 8, 8))[0].state_dict()

        torch.testing.assert_close(weights(summaries=2), weights(summaries=0), atol=0, rtol=0)

    def test_it_is_built_on_the_default_device(self) -> None:
        with torch.device("meta"):
            body, _ = build_body(CNN, (3, 8, 8))
        assert {each.device.type for each in body.parameters()} == {"meta"}

    def test_no_layers_leave_the_input_as_it_is(self) -> None:
        body, shape = build_body([], (6,))
        assert shape == (6,)
        assert body(torch.ones(1, 6)).tolist() == [[1.0] * 6]


class TestPoolFirst:
    @pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "tanh", "sigmoid"])
    @pytest.mark.parametrize("pool", [{"size": 2}, {"size": 3, "stride": 2}])
    def test_it_gives_the_same_result_as_the_written_order(
        self, name: str, pool: dict[str, int]
    ) -> None:
        network = [{"conv2d": {"filters": 4}}, {"activation": {"name": name}}, {"max_pool2d": pool}]
        body, _ = build_body(network, (3, 9, 9))
        images = torch.randn(4, 3, 9, 9)
        assert [type(each) for each in body] == [nn.Conv2d, nn.MaxPool2d, type(as_written(body)[1])]
        torch.testing.assert_close(body(images), nn.Sequential(*as_written(body))(images))

    @pytest.mark.parametrize("name", ["gelu", "silu", "hard_swish", "mish"])
    def test_what_does_not_commute_stays(self, name: str) -> None:
        body, _ = build_body([{"activation": {"name": name}}, {"max_pool2d": {}}], (3, 9, 9))
        assert list(body) == as_written(body)

    def test_it_moves_over_several_poolings(self) -> None:
        network = [{"activation": {"name": "relu"}}, {"max_pool2d": {}}, {"max_pool2d": {}}]
        body, _ = build_body(network, (3, 9, 9))
        assert isinstance(body[-1], nn.ReLU)


class TestInfeasible:
    @pytest.mark.parametrize(
        ("network", "message"),
        [
            (
                [*[{"max_pool2d": {}}] * 3, {"max_pool2d": {"size": 2}}],
                "layer 4 (max_pool2d) got an image of (3, 1, 1): its 2×2 window does not fit",
            ),
            (
                [{"dense": {"units": 4}}],
                "layer 1 (dense) got an image of (3, 8, 8): it needs a vector; "
                "put flatten or global_avg_pool before it",
            ),
            (
                [{"flatten": {}}, {"conv2d": {"filters": 4}}],
                "layer 2 (conv2d) got a vector of (192,): it needs an image; "
                "put it before flatten and global pooling",
            ),
            (
                [{"residual": {"layers": [{"flatten": {}}, {"max_pool2d": {}}]}}],
                "layer 1 (residual) got an image of (3, 8, 8): "
                "layer 2 (max_pool2d) got a vector of (192,): it needs an image; "
                "put it before flatten and global pooling",
            ),
            (
                [{"dropout": {"rate": 1.5}}],
                "layer 1 (dropout) got an image of (3, 8, 8): "
                "`rate` (=1.5): Input should be less than 1",
            ),
        ],
    )
    def test_the_reason_names_layer_and_shape(
        self, network: list[dict[str, Any]], message: str
    ) -> None:
        with pytest.raises(Infeasible) as caught:
            build_body(network, (3, 8, 8))
        assert caught.value.reason == message
        assert caught.value.violation == 1.0

    def test_sizes_beyond_what_pytorch_can_count_are_infeasible(self) -> None:
        most = 2**31 - 1
        with pytest.raises(Infeasible, match=r"layer 1 \(conv2d\) got an image of \(3, 8, 8\): "):
            build_body([{"conv2d": {"filters": most, "kernel_size": most}}], (3, 8, 8))

    def test_an_unknown_layer_is_no_matter_of_feasibility(self) -> None:
        with pytest.raises(UnknownName, match="did you mean 'conv2d'"):
            build_body([{"conv2": {"filters": 4}}], (3, 8, 8))


class TestSummary:
    def test_rows_parameters_and_flops(self) -> None:
        summary = summarize(CNN, (3, 8, 8), RAW, head)
        assert [row.name for row in summary.rows] == [*(next(iter(each)) for each in CNN), "output"]
        assert [row.shape for row in summary.rows[3:]] == [(8, 4, 4), (128,), (16,), (16,), (10,)]
        dense, output = 128 * 16, 16 * 10
        assert summary.parameters == (3 * 9 * 8 + 8) + 16 + (dense + 16) + (output + 10)
        assert summary.flops == 2 * (3 * 9 * 8 * 64 + dense + output)

    def test_a_network_far_larger_than_memory_costs_nothing(self) -> None:
        network = [{"dense": {"units": 10**7}}, {"dense": {"units": 10**7}}]
        assert summarize(network, (1,), RAW, head).parameters > 10**14

    def test_a_nested_block_counts_whole(self) -> None:
        inner = [{"conv2d": {"filters": 8, "bias": False}}]
        summary = summarize([{"residual": {"layers": inner}}], (4, 8, 8), RAW, head)
        assert summary.rows[0].parameters == 4 * 9 * 8 + 4 * 8

    def test_what_the_head_refuses_is_infeasible(self) -> None:
        def refuse(shape: Shape) -> nn.Module:
            raise Infeasible(f"no {shape}")

        with pytest.raises(Infeasible, match=r"no \(8, 8, 8\)"):
            summarize(CNN[:1], (3, 8, 8), RAW, refuse)


@pytest.mark.slow  # older versions of PyTorch start processes
def test_a_model_of_all_layers_can_be_exported() -> None:
    block = [{"conv2d": {"filters": 8, "kernel_size": 2, "stride": 2}}, {"layer_norm": {}}]
    network = [
        {"separable_conv2d": {"filters": 8}},
        {"group_norm": {"groups": 2}},
        {"residual": {"layers": block}},
        *CNN[:3],
        {"avg_pool2d": {}},
        {"basic_block": {"squeeze_excite": True, "drop_path": 0.1}},
        {"inverted_residual": {}},
        {"convnext_block": {}},
        {"global_max_pool": {}},
        *CNN[5:],
    ]
    model = build_model(network, (3, 8, 8), Normalize((0.5,) * 3, (0.2,) * 3), head).eval()
    images = torch.randint(0, 256, (4, 3, 8, 8), dtype=torch.uint8)
    batch = {0: torch.export.Dim("batch", min=1, max=64)}
    exported = torch.export.export(model, (images[:2],), dynamic_shapes=(batch,)).module()
    torch.testing.assert_close(exported(images), model(images))
