"""Sizes of modules, found on the ``meta`` device: tensors there have a shape and no memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from automl.core.errors import Infeasible
from automl.core.shape import Shape, Tokens
from automl.models.layers import LAYERS

if TYPE_CHECKING:
    from torch import Tensor, nn

# Some normalisation layers refuse a batch of one even when they do not train.
_BATCH = 2


@dataclass(frozen=True)
class Size:
    """What a module makes of one example, and what that costs.

    Args:
        shape: Of its output, without the batch axis.
        parameters: Trainable numbers in it.
        flops: Floating-point operations of one forward pass. Convolutions and matrix products
            count, a multiplication and an addition as two; elementwise operations do not.
    """

    shape: Shape
    parameters: int
    flops: int


def measure(make: Callable[[Shape], nn.Module], shape: Shape) -> Size:
    """Make a module on the meta device and run it there; random state is left as it is.

    Args:
        make: Makes the module for inputs of a shape.
        shape: Of one input.
    """
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"), torch.no_grad():
        module = make(shape).eval()
        with FlopCounterMode(display=False) as counter:
            output = module(_example(shape))
    return Size(
        tuple(output.shape[1:]), count_parameters(module), counter.get_total_flops() // _BATCH
    )


def _example(shape: Shape) -> Tensor:
    import torch

    if isinstance(shape, Tokens):
        return torch.zeros(_BATCH, shape.length, dtype=torch.int32)
    return torch.empty(_BATCH, *shape)


# Sampled networks have most of their layers in common, and a look-up takes microseconds where
# some layers take milliseconds. Typed, for ``Tokens`` equal the plain tuple of the same numbers.
@lru_cache(maxsize=2**14, typed=True)
def measure_layer(name: str, options: str, shape: Shape) -> Size:
    """The size of one layer of a network.

    Args:
        name: Of the layer.
        options: Its options as JSON.
        shape: Of one input.

    Raises:
        UnknownName: if there is no such layer.
        Infeasible: if it cannot take that shape.
    """
    import torch

    layer = LAYERS[name].model_validate_json(options)
    if isinstance(shape, Tokens) and not layer.takes_tokens:
        raise Infeasible("tokens need an embedding first")
    if not layer.keeps_shape:
        return measure(layer.build, shape)
    with torch.device("meta"):
        return Size(shape, count_parameters(layer.build(shape)), 0)


def count_parameters(module: nn.Module) -> int:
    """How many numbers of ``module`` are trained."""
    return sum(each.numel() for each in module.parameters() if each.requires_grad)
