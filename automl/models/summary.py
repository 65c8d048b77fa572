"""What a network is made of and what it costs, before it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.core.shape import Shape
from automl.models.measure import count_parameters, measure
from automl.models.network import Network, trace

if TYPE_CHECKING:
    from torch import nn

    from automl.models.preprocessing.preprocess import Preprocess


@dataclass(frozen=True)
class Row:
    """One layer.

    Args:
        name: The layer's, ``"output"`` for the task's own.
        shape: Of its output, without the batch axis.
        parameters: Trainable numbers in it.
    """

    name: str
    shape: Shape
    parameters: int


@dataclass(frozen=True)
class NetworkSummary:
    """A network's layers in the order they were written, with totals.

    Args:
        rows: One per layer, the output layer last.
        parameters: Trainable numbers in all.
        flops: Floating-point operations of one forward pass of one example. Convolutions and
            matrix products count, a multiplication and an addition as two; elementwise operations
            do not.
    """

    rows: tuple[Row, ...]
    parameters: int
    flops: int


def summarize(
    network: Network, shape: Shape, preprocess: Preprocess, head: Callable[[Shape], nn.Module]
) -> NetworkSummary:
    """Summarise what ``build_model`` would build from the same arguments.

    Nothing is allocated on a real device and random state is left as it is.

    Raises:
        UnknownName: if there is no such layer.
        Infeasible: if the network cannot be built.
    """
    steps = list(trace(network, shape))
    features = steps[-1][1].shape if steps else shape
    steps.append(("output", measure(head, features)))
    return NetworkSummary(
        rows=tuple(Row(name, size.shape, size.parameters) for name, size in steps),
        parameters=count_parameters(preprocess) + sum(size.parameters for _, size in steps),
        flops=sum(size.flops for _, size in steps),
    )
