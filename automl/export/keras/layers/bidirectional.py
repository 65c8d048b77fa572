"""Sequences read in both directions."""

from __future__ import annotations

from keras import layers, ops

from automl.export.keras.body import run
from automl.export.keras.flow import Flow
from automl.models.modules.bidirectional import BidirectionalBlock


def bidirectional(module: BidirectionalBlock, flow: Flow) -> Flow:
    """``Concatenate`` of what the layers make of a sequence and of its reverse."""
    there, back = run(module.forwards, flow), run(module.backwards, _reverse(flow))
    if len(back.values.shape) == 3:
        back = _reverse(back)
    return there.to(layers.Concatenate()([there.values, back.values]))


def _reverse(flow: Flow) -> Flow:
    """Each sequence reversed within its own length."""
    if flow.lengths is None:
        return flow.to(ops.flip(flow.values, axis=1))
    positions = flow.positions
    index = ops.where(positions < flow.lengths, flow.lengths - 1 - positions, positions)
    return flow.to(ops.take_along_axis(flow.values, index[..., None], axis=1))
