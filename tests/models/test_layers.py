from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.models.layers import LAYERS
from automl.models.network import measure_layer


def output_shape(name: str, options: dict[str, Any], shape: Shape) -> Shape:
    return measure_layer(name, json.dumps(options), shape).shape


def module_of(name: str, options: dict[str, Any], shape: Shape) -> torch.nn.Module:
    torch.manual_seed(0)
    return LAYERS[name].model_validate(options).build(shape).eval()


class TestStem:
    @pytest.mark.parametrize(
        ("side", "after"), [(8, 8), (28, 28), (64, 32), (100, 25), (128, 32), (224, 28), (1024, 32)]
    )
    def test_it_brings_an_image_to_at_most_32_pixels(self, side: int, after: int) -> None:
        assert output_shape("stem", {"filters": 4}, (3, side, side)) == (4, after, after)

    @pytest.mark.parametrize(("steps", "after"), [(10, 10), (128, 128), (129, 65), (5000, 79)])
    def test_it_shortens_a_series(self, steps: int, after: int) -> None:
        assert output_shape("stem", {"filters": 4, "size": 128}, (steps, 2)) == (after, 4)

    @pytest.mark.parametrize(("side", "after"), [(28, 28), (64, 32), (100, 25), (224, 32)])
    def test_patches_come_from_one_convolution(self, side: int, after: int) -> None:
        module = module_of("stem", {"filters": 4, "patches": True}, (3, side, side))
        assert module(torch.randn(2, 3, side, side)).shape == (2, 4, after, after)
        assert len(module) == 3

    def test_it_refuses_a_vector(self) -> None:
        with pytest.raises(Infeasible, match="image or a sequence"):
            output_shape("stem", {"filters": 4}, (16,))


class TestPoolingOfAnySize:
    @pytest.mark.parametrize("side", [1, 2, 3, 7, 8])
    @pytest.mark.parametrize("size", [2, 3])
    def test_same_max_pooling_loses_no_pixel(self, side: int, size: int) -> None:
        options = {"size": size, "padding": "same"}
        images = torch.randn(2, 3, side, side + 1)
        pooled = module_of("max_pool2d", options, (3, side, side + 1))(images)
        assert pooled.shape[2:] == (-(-side // size), -(-(side + 1) // size))
        assert torch.equal(pooled.amax((2, 3)), images.amax((2, 3)))

    @pytest.mark.parametrize(("side", "after"), [(1, 1), (4, 4), (5, 3), (8, 4), (9, 3), (64, 4)])
    def test_adaptive_pooling_has_at_most_so_many_pixels(self, side: int, after: int) -> None:
        assert output_shape("adaptive_avg_pool2d", {"size": 4}, (2, side, side))[1:] == (
            after,
            after,
        )


class TestConvolutions:
    @pytest.mark.parametrize("name", ["conv2d", "separable_conv2d"])
    @pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5])
    @pytest.mark.parametrize("stride", [1, 2, 3])
    @pytest.mark.parametrize("dilation", [1, 2])
    def test_same_padding_depends_on_the_stride_alone(
        self, name: str, kernel_size: int, stride: int, dilation: int
    ) -> None:
        options = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation}
        shape = output_shape(name, {"filters": 4, **options}, (2, 7, 10))
        assert shape == (4, -(-7 // stride), -(-10 // stride))

    def test_an_even_window_reaches_one_pixel_further_to_the_right(self) -> None:
        module = module_of("conv2d", {"filters": 1, "kernel_size": 2, "bias": False}, (1, 3, 3))
        impulse = torch.zeros(1, 1, 3, 3)
        impulse[0, 0, 1, 1] = 1
        assert module(impulse)[0, 0].nonzero().tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]

    def test_valid_padding_shrinks(self) -> None:
        options = {"filters": 4, "kernel_size": 3, "dilation": 2, "padding": "valid"}
        assert output_shape("conv2d", options, (2, 7, 10)) == (4, 3, 6)

    def test_a_valid_window_must_fit(self) -> None:
        options = {"filters": 4, "kernel_size": 5, "padding": "valid"}
        with pytest.raises(Infeasible, match="its 5×5 window does not fit"):
            output_shape("conv2d", options, (2, 4, 10))

    @pytest.mark.parametrize(
        ("channels", "filters", "message"),
        [
            (3, 4, r"`in_channels` \(=3\) must be divisible by `groups` \(=2\)"),
            (4, 3, r"`filters` \(=3\) must be divisible by `groups` \(=2\)"),
        ],
    )
    def test_groups_must_divide(self, channels: int, filters: int, message: str) -> None:
        with pytest.raises(Infeasible, match=message):
            output_shape("conv2d", {"filters": filters, "groups": 2}, (channels, 4, 4))

    def test_a_separable_one_has_fewer_weights(self) -> None:
        size = measure_layer("separable_conv2d", '{"filters": 64, "bias": false}', (32, 8, 8))
        assert size.parameters == 32 * 3 * 3 + 32 * 64


class TestNormalization:
    def test_layer_norm_works_on_each_pixel(self) -> None:
        output = module_of("layer_norm", {}, (16, 4, 4))(torch.randn(2, 16, 4, 4) * 5 + 3)
        torch.testing.assert_close(output.mean(dim=1), torch.zeros(2, 4, 4), atol=1e-5, rtol=0)

    @pytest.mark.parametrize(
        ("name", "options", "shape"),
        [
            ("layer_norm", {}, (1, 8, 8)),
            ("layer_norm", {}, (1,)),
            ("group_norm", {"groups": 8}, (8, 1, 1)),
            ("group_norm", {"groups": 8}, (8,)),
        ],
    )
    def test_a_single_value_is_not_normalised(
        self, name: str, options: dict[str, Any], shape: Shape
    ) -> None:
        with pytest.raises(Infeasible, match="single values"):
            output_shape(name, options, shape)

    def test_groups_must_divide_the_channels(self) -> None:
        with pytest.raises(Infeasible, match=r"`channels` \(=6\) must be divisible by `groups`"):
            output_shape("group_norm", {"groups": 4}, (6, 8, 8))


@pytest.mark.parametrize(
    "name", LAYERS["activation"].model_json_schema()["properties"]["name"]["enum"]
)
def test_every_activation_builds(name: str) -> None:
    module = module_of("activation", {"name": name}, (4,))
    values = torch.linspace(-3, 3, 7)
    assert module(values).isfinite().all()
    assert not torch.equal(module(values), values)


class TestPooling:
    @pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
    def test_the_stride_is_the_size_unless_given(self, name: str) -> None:
        assert output_shape(name, {"size": 3}, (2, 7, 10)) == (2, 2, 3)
        assert output_shape(name, {"size": 3, "stride": 1}, (2, 7, 10)) == (2, 5, 8)

    @pytest.mark.parametrize("name", ["global_avg_pool", "global_max_pool"])
    def test_global_pooling_gives_a_vector(self, name: str) -> None:
        assert output_shape(name, {}, (5, 7, 10)) == (5,)


class TestResidual:
    def test_it_adds_its_input(self) -> None:
        module = module_of("residual", {"layers": [{"activation": {"name": "relu"}}]}, (3, 4, 4))
        inputs = torch.randn(2, 3, 4, 4)
        assert torch.equal(module(inputs), inputs.relu() + inputs)
        assert not list(module.parameters())

    def test_a_vector_is_fine_too(self) -> None:
        size = measure_layer("residual", '{"layers": [{"dense": {"units": 5}}]}', (3,))
        assert size.shape == (5,)
        assert size.parameters == (3 * 5 + 5) + 3 * 5

    @pytest.mark.parametrize("side", [7, 8, 9, 28])
    @pytest.mark.parametrize(
        "layer",
        [
            {"conv2d": {"filters": 6, "stride": 2}},
            {"conv2d": {"filters": 6, "stride": 3}},
            {"max_pool2d": {"size": 2}},
            {"avg_pool2d": {"size": 3}},
        ],
    )
    def test_a_projection_follows_the_stride(self, layer: dict[str, Any], side: int) -> None:
        inside = output_shape(*next(iter(layer.items())), (4, side, 8))
        module = module_of("residual", {"layers": [layer]}, (4, side, 8))
        assert module(torch.randn(2, 4, side, 8)).shape == (2, *inside)

    @pytest.mark.parametrize(
        ("layers", "message"),
        [
            ([{"flatten": {}}], "cannot be added to its input"),
            (
                [{"conv2d": {"filters": 8, "padding": "valid"}}],
                r"turn \(8, 8\) pixels into \(6, 6\)",
            ),
        ],
    )
    def test_layers_that_cannot_be_added_are_infeasible(
        self, layers: list[dict[str, Any]], message: str
    ) -> None:
        with pytest.raises(Infeasible, match=message):
            output_shape("residual", {"layers": layers}, (8, 8, 8))


class TestStochasticDepth:
    INPUTS = torch.randn(400, 8)
    LAYERS = ({"dense": {"units": 8}},)

    def test_some_examples_take_the_shortcut_alone_while_training(self) -> None:
        options = {"layers": self.LAYERS, "drop_path": 0.25}
        module = module_of("residual", options, (8,))
        whole = module(self.INPUTS) - self.INPUTS
        added = module.train()(self.INPUTS) - self.INPUTS
        left_out = (added == 0).all(dim=1)
        assert left_out.float().mean() == pytest.approx(0.25, abs=0.08)
        torch.testing.assert_close(added[~left_out], whole[~left_out] / 0.75)

    def test_no_example_does_so_afterwards(self) -> None:
        dropping, plain = (
            module_of("residual", {"layers": self.LAYERS, "drop_path": rate}, (8,))
            for rate in (0.25, 0.0)
        )
        assert torch.equal(dropping(self.INPUTS), plain(self.INPUTS))


@pytest.mark.parametrize("name", ["basic_block", "inverted_residual", "convnext_block"])
@pytest.mark.parametrize("sides", [(1, 1), (3, 7)])
def test_a_block_takes_any_size(name: str, sides: tuple[int, int]) -> None:
    assert output_shape(name, {"kernel_size": 5}, (8, *sides)) == (8, *sides)


def test_squeeze_excite_weighs_whole_channels() -> None:
    inputs = torch.rand(2, 32, 4, 4) + 1
    weights = module_of("squeeze_excite", {"ratio": 8}, (32, 4, 4))(inputs) / inputs
    torch.testing.assert_close(weights, weights[:, :, :1, :1].expand_as(weights))
    assert ((weights > 0) & (weights < 1)).all()
