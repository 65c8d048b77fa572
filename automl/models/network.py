"""From a resolved list of layers to a PyTorch module."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from automl.core.errors import Infeasible
from automl.core.shape import Shape, Tokens
from automl.models.layers import LAYERS
from automl.models.measure import Size, measure_layer
from automl.models.pool_first import pool_first

if TYPE_CHECKING:
    from torch import nn

    from automl.models.modules.body import Body
    from automl.models.modules.model import Model
    from automl.models.preprocessing.preprocess import Preprocess

Network = Sequence[Mapping[str, Any]]


def trace(network: Network, shape: Shape) -> Iterator[tuple[str, Size]]:
    """Follow an input of ``shape`` through ``network``; nothing is built on a real device.

    Yields:
        The name and the size of each layer in turn.

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
            where = f"layer {position} ({name}) got {_describe(shape)}"
            violation = getattr(error, "violation", 1.0)
            raise Infeasible(f"{where}: {_reason(error)}", violation) from error
        yield name, size
        shape = size.shape


def build_body(network: Network, shape: Shape) -> tuple[Body, Shape]:
    """Build the layers in order, with fresh weights on PyTorch's default device.

    Args:
        network: Layers, each ``{name: options}``.
        shape: Of one input.

    Returns:
        The layers, whose children are named ``conv2d_1``, ``batch_norm_2`` … after their place in
        ``network``, and the shape of their output.

    Raises:
        UnknownName, Infeasible: as ``trace`` does.
    """
    from automl.models.modules.body import Body

    layers: OrderedDict[str, nn.Module] = OrderedDict()
    steps = zip(network, trace(network, shape), strict=True)
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
        shape: Of one input, as the first layer sees it.
        preprocess: Turns raw inputs into what the first layer takes.
        head: Makes the output layer for the shape that the last layer gives.

    Returns:
        A module with the children ``preprocess``, ``body`` and ``head``.

    Raises:
        UnknownName, Infeasible: as ``trace`` does, and Infeasible where ``head`` does.
    """
    from automl.models.modules.model import Model

    body, output = build_body(network, shape)
    return Model(preprocess, body, head(output))


def _describe(shape: Shape) -> str:
    if isinstance(shape, Tokens):
        return f"texts of up to {shape.length} tokens"
    kind = {1: "a vector", 2: "a sequence", 3: "an image"}.get(len(shape), "an array")
    return f"{kind} of {shape}"


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    problems = (("".join(f"`{part}` " for part in each["loc"]), each) for each in error.errors())
    return "; ".join(f"{where}(={each['input']!r}): {each['msg']}" for where, each in problems)
