"""A model as a graph: what the formats that need none of our code are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.export.bundle import Bundle

if TYPE_CHECKING:
    from torch.export import ExportedProgram


def trace(bundle: Bundle) -> ExportedProgram:
    """The graph of a bundle's model, from ``images`` of any batch length to logits.

    Source: https://docs.pytorch.org/docs/stable/export.html.
    """
    import torch

    # Two, for PyTorch takes a length of one to be one for ever.
    images = torch.zeros(2, *bundle.facts.input.shape, dtype=torch.uint8)
    batch = torch.export.Dim("batch")
    with torch.no_grad():
        return torch.export.export(bundle.model(), (images,), dynamic_shapes=({0: batch},))
