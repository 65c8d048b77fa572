"""Summary of a network that is not built yet: its layers, its costs, and limits on those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.core.data_types import Shape
from automl.core.errors import Infeasible, UnknownName
from automl.core.registry import nearest
from automl.models.network import Network, count_parameters, measure_module, trace_layers

if TYPE_CHECKING:
    from torch import nn

    from automl.models.modules.preprocessing import Preprocess

# Costs that a space may limit and that are known before training.
LIMITS = ("parameters", "flops")


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
        rows=tuple(LayerSummary(name, size.shape, size.parameters) for name, size in steps),
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
