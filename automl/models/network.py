"""From a resolved list of layers to a PyTorch module.

Before anything is built, each layer is built and run on PyTorch's ``meta`` device, where tensors
have a shape and no memory: shapes, parameters and FLOPs are known, or the network is infeasible.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from automl.core.data_types import Shape, Tokens
from automl.core.errors import Infeasible, UnknownName
from automl.core.registry import nearest
from automl.models.layers import LAYERS

if TYPE_CHECKING:
    from torch import Tensor, nn

    from automl.models.modules.model import Body, Model
    from automl.models.modules.preprocessing import Preprocess

Network = Sequence[Mapping[str, Any]]

# Examples in a batch on the meta device: some normalisation layers refuse a batch of one even when
# they do not train.
_EXAMPLES = 2
# Costs that a space may limit and that are known before training.
LIMITS = ("parameters", "flops")


def trace_layers(network: Network, shape: Shape) -> Iterator[tuple[str, ModuleSize]]:
    """Follow an input of ``shape`` through ``network``, on the meta device only.

    Yields:
        Name and size of each layer in turn.

    Raises:
        UnknownName: if there is no such layer.
        Infeasible: at the first layer that cannot be built, naming it, its position from 1 and the
            shape that reached it.
    """
    for position, layer in enumerate(network, start=1):
        ((name, options),) = layer.items()
        try:
            size = measure_layer(name, json.dumps(options, sort_keys=True), shape)
        except (Infeasible, RuntimeError, ValueError) as error:
            where = f"layer {position} ({name}) got {_describe_shape(shape)}"
            violation = getattr(error, "violation", 1.0)
            raise Infeasible(f"{where}: {_reason(error)}", violation) from error
        yield name, size
        shape = size.shape


def build_body(network: Network, shape: Shape) -> tuple[Body, Shape]:
    """Build the layers in order, with fresh weights on PyTorch's default device.

    Args:
        network: Layers, each ``{name: options}``.
        shape: Shape of one input.

    Returns:
        The layers, named ``conv2d_1``, ``batch_norm_2`` … after their position in ``network``, and
        the shape of their output.

    Raises:
        UnknownName, Infeasible: as ``trace_layers`` does.
    """
    from automl.models.modules.model import Body

    layers: OrderedDict[str, nn.Module] = OrderedDict()
    steps = zip(network, trace_layers(network, shape), strict=True)
    for position, (layer, (name, size)) in enumerate(steps, start=1):
        layers[f"{name}_{position}"] = LAYERS[name].model_validate(layer[name]).build(shape)
        shape = size.shape
    return Body(pool_first(layers)), shape


def build_model(
    network: Network, shape: Shape, preprocess: Preprocess, head: Callable[[Shape], nn.Module]
) -> Model:
    """Build the whole model: raw batches in, outputs out.

    Args:
        network: Layers, each ``{name: options}``.
        shape: Shape of one input of the first layer.
        preprocess: Module from raw inputs to inputs of the first layer.
        head: Function that makes the output layer for the shape of the last layer's output.

    Returns:
        A module with the children ``preprocess``, ``body`` and ``head``. Where nothing but the head
        can be trained, it begins at 0, as linear models do: what the data does not decide stays 0.

    Raises:
        UnknownName, Infeasible: as ``trace_layers`` does, and Infeasible where ``head`` does.
    """
    from torch import nn

    from automl.models.modules.model import Model

    body, output = build_body(network, shape)
    model = Model(preprocess, body, head(output))
    if not count_parameters(body):
        for parameter in model.head.parameters():
            nn.init.zeros_(parameter)
    return model


def _describe_shape(shape: Shape) -> str:
    if isinstance(shape, Tokens):
        return f"texts of up to {shape.length} tokens"
    kind = {1: "a vector", 2: "a sequence", 3: "an image"}.get(len(shape), "an array")
    return f"{kind} of {shape}"


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    problems = (("".join(f"`{part}` " for part in each["loc"]), each) for each in error.errors())
    return "; ".join(f"{where}(={each['input']!r}): {each['msg']}" for where, each in problems)


def pool_first(layers: OrderedDict[str, nn.Module]) -> OrderedDict[str, nn.Module]:
    """Swap each monotonic activation with a max-pooling that directly follows it.

    The results are the same, as the largest of f(a), f(b) … is f of the largest, and after a 2×2
    pooling f is computed for a quarter of the pixels.
    """
    from torch import nn

    monotonic = (nn.ReLU, nn.LeakyReLU, nn.ELU, nn.Tanh, nn.Sigmoid)
    order = list(layers.items())
    for at in range(1, len(order)):
        before, this = order[at - 1], order[at]
        if isinstance(before[1], monotonic) and isinstance(this[1], nn.MaxPool2d):
            order[at - 1], order[at] = this, before
    return OrderedDict(order)


@dataclass(frozen=True)
class ModuleSize:
    """Output shape and costs of a module.

    Args:
        shape: Shape of its output, without the batch axis.
        parameters: Number of trainable parameters.
        flops: Floating-point operations of one forward pass of one example. Convolutions and
            matrix products count, a multiplication and an addition as two; elementwise operations
            do not.
    """

    shape: Shape
    parameters: int
    flops: int


def measure_module(make: Callable[[Shape], nn.Module], shape: Shape) -> ModuleSize:
    """Make a module on the meta device and run it there; random state does not change.

    Args:
        make: Function that makes the module for inputs of a shape.
        shape: Shape of one input.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"), torch.no_grad():
        module = make(shape).eval()
        with FlopCounterMode(display=False) as counter:
            output = module(_example(shape))
    return ModuleSize(
        tuple(output.shape[1:]), count_parameters(module), counter.get_total_flops() // _EXAMPLES
    )


def _example(shape: Shape) -> Tensor:
    import torch

    if isinstance(shape, Tokens):
        return torch.zeros(_EXAMPLES, shape.length, dtype=torch.int32)
    return torch.empty(_EXAMPLES, *shape)


# Sampled networks have most of their layers in common, and a look-up takes microseconds where some
# layers take milliseconds. Typed, because ``Tokens`` equal the plain tuple of the same numbers.
@lru_cache(maxsize=2**14, typed=True)
def measure_layer(name: str, options: str, shape: Shape) -> ModuleSize:
    """The size of one layer of a network.

    Args:
        name: Name of the layer.
        options: Options of the layer, as JSON.
        shape: Shape of one input.

    Raises:
        UnknownName: if there is no such layer.
        Infeasible: if it cannot take that shape.
    """
    import torch

    layer = LAYERS[name].model_validate_json(options)
    if isinstance(shape, Tokens) and not layer.takes_tokens:
        raise Infeasible("tokens need an embedding first")
    if not layer.keeps_shape:
        return measure_module(layer.build, shape)
    with torch.device("meta"):
        return ModuleSize(shape, count_parameters(layer.build(shape)), 0)


def count_parameters(module: nn.Module) -> int:
    """Number of trainable parameters of ``module``."""
    return sum(each.numel() for each in module.parameters() if each.requires_grad)


@dataclass(frozen=True)
class LayerSummary:
    """One layer of a network.

    Args:
        name: Name of the layer; ``"output"`` for the task's output layer.
        shape: Shape of its output, without the batch axis.
        parameters: Number of trainable parameters.
    """

    name: str
    shape: Shape
    parameters: int


@dataclass(frozen=True)
class NetworkSummary:
    """A network's layers in the order they were written, with totals.

    Args:
        rows: Summary of each layer, the output layer last.
        parameters: Number of trainable parameters in all.
        flops: Floating-point operations of one forward pass of one example. Convolutions and
            matrix products count, a multiplication and an addition as two; elementwise operations
            do not.
    """

    rows: tuple[LayerSummary, ...]
    parameters: int
    flops: int


def summarize(
    network: Network, shape: Shape, preprocess: Preprocess, head: Callable[[Shape], nn.Module]
) -> NetworkSummary:
    """Summarise what ``build_model`` would build from the same arguments.

    Nothing is allocated on a real device and random state does not change.

    Raises:
        UnknownName: if there is no such layer.
        Infeasible: if the network cannot be built.
    """
    steps = list(trace_layers(network, shape))
    features = steps[-1][1].shape if steps else shape
    steps.append(("output", measure_module(head, features)))
    return NetworkSummary(
        # Plain tuples: the shape of a row of a table also has its columns, which nobody prints.
        rows=tuple(LayerSummary(name, (*size.shape,), size.parameters) for name, size in steps),
        parameters=count_parameters(preprocess) + sum(size.parameters for _, size in steps),
        flops=sum(size.flops for _, size in steps),
    )


def check_limits(summary: NetworkSummary, constraints: Mapping[str, float]) -> None:
    """Check a network against its space's constraints.

    Args:
        summary: Summary of the network.
        constraints: Largest value allowed, above 0, by name; the names are those of ``LIMITS``.

    Raises:
        UnknownName: if a constraint is not in ``LIMITS``.
        Infeasible: if the network is over a limit, naming the one that it exceeds the most.
    """
    excess = {name: _value(summary, name) / limit - 1 for name, limit in constraints.items()}
    worst = max(excess, key=excess.__getitem__, default=None)
    if worst is not None and excess[worst] > 0:
        value, limit = _value(summary, worst), constraints[worst]
        raise Infeasible(f"{value:,} {worst}, over the limit of {limit:,.0f}", excess[worst])


def _value(summary: NetworkSummary, name: str) -> int:
    if name not in LIMITS:
        raise UnknownName("constraint", name, LIMITS, nearest(name, LIMITS))
    value: int = getattr(summary, name)
    return value
