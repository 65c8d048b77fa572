"""A model as a graph: what the formats that need none of our code are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.core.shape import Tokens
from automl.data.encodings.encoding import Encoding
from automl.export.bundle import Bundle

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram


def trace(bundle: Bundle, half: bool = False) -> ExportedProgram:
    """The graph of a bundle's model, from raw batches of any length to outputs.

    Texts may be of any length up to the most that the encoding makes; layers with a stride see
    them at that length. Recurrent layers are operators of our own, which ``recurrent`` and
    ``recurrent_onnx`` write as the format has them.

    Source: https://docs.pytorch.org/docs/stable/export.html.

    Args:
        bundle: Has the weights.
        half: Whether the graph keeps them in half precision.
    """
    import torch

    encoding = bundle.facts.encoding
    # Two, for PyTorch takes a length of one to be one for ever.
    batch = torch.zeros(2, *encoding.raw_shape, dtype=getattr(torch, encoding.dtype))
    axes = _dynamic_axes(encoding)
    with torch.no_grad():
        return torch.export.export(
            _traceable(bundle, half), (batch,), dynamic_shapes=(axes,), strict=False
        )


def _traceable(bundle: Bundle, half: bool) -> nn.Module:
    from automl.export.full_length import FullLength
    from automl.export.half import HalfWeights
    from automl.export.recurrent import traceable

    model, shape = bundle.model(), bundle.facts.encoding.shape
    strides = isinstance(shape, Tokens) and model.stride > 1
    ready = traceable(FullLength(model, shape[0]) if strides else model)
    return HalfWeights(ready) if half else ready


def _dynamic_axes(encoding: Encoding) -> dict[int, Any]:
    from torch.export import Dim

    axes = {0: Dim("batch")}
    if isinstance(encoding.shape, Tokens) and encoding.shape.length > 1:
        axes[1] = Dim("length", max=encoding.shape.length)
    return axes
