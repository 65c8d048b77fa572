from __future__ import annotations

import json

import pytest
import torch
from layer_options import batch_of, fields, minimal
from pydantic import ValidationError

from automl.core.data_types import Shape, TableRow, Tokens
from automl.core.errors import Infeasible
from automl.models.layers import LAYERS, Layer
from automl.models.network import ModuleSize, measure_layer

SHAPES: tuple[Shape, ...] = (
    (3, 8, 8),
    (16, 8, 8),
    (16,),
    (12, 16),
    TableRow(6, 2, (3, 9)),
    Tokens(12, 30),
)


def layer_of(name: str, shape: Shape = (12, 16)) -> Layer:
    return LAYERS[name].model_validate(minimal(name, shape))


def module_of(name: str, shape: Shape, seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    return layer_of(name, shape).build(shape)


def size_of(name: str, shape: Shape) -> ModuleSize:
    return measure_layer(name, json.dumps(minimal(name, shape)), shape)


def takes(name: str, shape: Shape) -> bool:
    try:
        size_of(name, shape)
    except Infeasible:
        return False
    return True


CASES = [(name, shape) for name in LAYERS for shape in SHAPES if takes(name, shape)]


@pytest.mark.parametrize("name", LAYERS.names)
class TestOptions:
    def test_it_takes_something(self, name: str) -> None:
        assert any(takes(name, shape) for shape in SHAPES)

    def test_it_is_described_with_every_option(self, name: str) -> None:
        assert LAYERS[name].__doc__
        assert LAYERS[name].__doc__ != Layer.__doc__
        assert all(field["description"] for field in fields(name).values())

    def test_options_survive_json(self, name: str) -> None:
        layer = layer_of(name)
        assert type(layer).model_validate_json(layer.model_dump_json()) == layer
        assert type(layer).model_validate(json.loads(layer.model_dump_json())) == layer

    def test_an_unknown_option_is_refused(self, name: str) -> None:
        with pytest.raises(ValidationError, match="sise"):
            LAYERS[name].model_validate({**minimal(name), "sise": 3})

    def test_options_that_cannot_be_right_are_refused(self, name: str) -> None:
        for key, field in fields(name).items():
            # Layers inside a layer may all have been left out, for they did nothing.
            for wrong in ("no such name", -1, {}, *([] if field.get("type") == "array" else [[]])):
                with pytest.raises(ValidationError, match=key):
                    LAYERS[name].model_validate({**minimal(name), key: wrong})
            if field.get("type") == "integer":
                with pytest.raises(ValidationError, match=key):
                    LAYERS[name].model_validate({**minimal(name), key: 0})


@pytest.mark.parametrize(("name", "shape"), CASES)
class TestLayer:
    def test_output_is_finite(self, name: str, shape: Shape) -> None:
        assert module_of(name, shape)(batch_of(shape)).isfinite().all()

    def test_the_meta_device_tells_shape_and_parameters(self, name: str, shape: Shape) -> None:
        module = module_of(name, shape)
        size = size_of(name, shape)
        assert module(batch_of(shape)).shape == (4, *size.shape)
        assert sum(each.numel() for each in module.parameters()) == size.parameters

    def test_gradient_flows_to_every_parameter(self, name: str, shape: Shape) -> None:
        module = module_of(name, shape)
        inputs = batch_of(shape)
        output = module(inputs.requires_grad_(inputs.is_floating_point()))
        (output * torch.randn_like(output)).sum().backward()
        for parameter in module.parameters():
            assert parameter.grad is not None
            assert parameter.grad.isfinite().all()
            assert parameter.grad.any()

    def test_an_example_does_not_see_its_batch(self, name: str, shape: Shape) -> None:
        module, inputs = module_of(name, shape).eval(), batch_of(shape)
        torch.testing.assert_close(module(inputs)[2:3], module(inputs[2:3]))

    def test_weights_come_from_the_global_seed(self, name: str, shape: Shape) -> None:
        one, two = (module_of(name, shape, seed=5).eval() for _ in range(2))
        assert torch.equal(one(batch_of(shape)), two(batch_of(shape)))

    def test_weights_survive_a_state_dict(self, name: str, shape: Shape) -> None:
        one, two = (module_of(name, shape, seed=seed).eval() for seed in (1, 2))
        two.load_state_dict(one.state_dict())
        assert torch.equal(one(batch_of(shape)), two(batch_of(shape)))


@pytest.mark.parametrize(
    ("name", "shape"), [case for case in CASES if not isinstance(case[1], Tokens)]
)
def test_gradient_flows_to_the_input(name: str, shape: Shape) -> None:
    inputs = batch_of(shape).requires_grad_()
    output = module_of(name, shape).eval()(inputs)
    (gradient,) = torch.autograd.grad((output * torch.randn_like(output)).sum(), inputs)
    assert gradient.isfinite().all()
    assert gradient.any()


@pytest.mark.parametrize(("name", "shape"), [case for case in CASES if len(case[1]) == 3])
def test_channels_last_changes_nothing(name: str, shape: Shape) -> None:
    module, inputs = module_of(name, shape).eval(), batch_of(shape)
    expected = module(inputs)
    last = module.to(memory_format=torch.channels_last)
    torch.testing.assert_close(
        last(inputs.to(memory_format=torch.channels_last)), expected, atol=1e-5, rtol=1e-4
    )
