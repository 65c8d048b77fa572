"""Layers in a row. Importing this imports torch."""

from __future__ import annotations

from automl.core.errors import ExportError
from automl.export import EXPORTERS
from automl.export.keras.flow import Flow
from automl.export.keras.layers import BUILDERS, Builder
from automl.models.modules.body import Body


def run(body: Body, flow: Flow) -> Flow:
    """Each layer of ``body`` in turn, built of Keras's.

    Raises:
        ExportError: at the first that cannot be.
    """
    for place, module in body.named_children():
        name, _, _ = place.rpartition("_")
        flow = _builder(name)(module, flow)
    return flow


def _builder(layer: str) -> Builder:
    if layer in BUILDERS:
        return BUILDERS[layer]
    others = ", ".join(name for name in EXPORTERS if name != "keras")
    raise ExportError(f"the format keras has no layer {layer!r}; take another format: {others}")
