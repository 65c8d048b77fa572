"""Layers that Keras has too, from dense to normalization, and the values that pass through them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keras import layers, ops
from torch import Tensor, nn

from automl.models.modules.blocks import LearnedPositions

# Used for -infinity, which a ``.keras`` file cannot hold because it is JSON.
LOWEST = float(np.finfo(np.float32).min)
# PyTorch's activation -> Keras's name of it.
_NAMES: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.GELU: "gelu",
    nn.SiLU: "silu",
    nn.ELU: "elu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
    nn.Hardswish: "hard_silu",
    nn.Mish: "mish",
}


@dataclass(frozen=True, eq=False)
class MaskedValues:
    """The inputs or outputs of a layer: values, and which of them are padding.

    Keras's own layers pass a mask on implicitly; here it is explicit, as the number of positions
    that are not padding, which is only ever at the end.

    Args:
        values: Keras tensor: images (N, H, W, C), as TensorFlow needs them on a CPU; sequences
            (N, length, features); vectors (N, features); token ids (N, length).
        lengths: Number of positions of each sequence that are not padding, int32 (N, 1), at least
            1; None if nothing is padded.
    """

    values: Any
    lengths: Any = None

    def to(self, values: Any) -> MaskedValues:
        """Other values with the same lengths."""
        return replace(self, values=values)

    @property
    def positions(self) -> Any:
        """int32 (N, length): 0, 1, 2 … in each row."""
        ids = self.values if len(self.values.shape) == 2 else self.values[:, :, 0]
        return ops.cumsum(ops.ones_like(ids, dtype="int32"), axis=1) - 1

    @property
    def real(self) -> Any:
        """Bool (N, length, 1): which positions are not padding."""
        return (self.positions < self.lengths)[..., None]

    def filled(self, value: float = 0.0) -> Any:
        """The values of sequences, with padding replaced by ``value``."""
        return self.values if self.lengths is None else ops.where(self.real, self.values, value)

    def shortened(self, stride: int) -> Any:
        """The lengths after a window that moves by ``stride``."""
        return None if self.lengths is None else (self.lengths + (stride - 1)) // stride


def apply_layer(layer: Any, values: Any, *weights: Tensor) -> Any:
    """The outputs of a new Keras layer with these weights."""
    outputs = layer(values)
    layer.set_weights([each.detach().numpy() for each in weights])
    return outputs


def pad(values: Any, before: int, after: int, value: float = 0.0) -> Any:
    """Images or sequences with ``value`` added before and after each side."""
    sides = len(values.shape) - 2
    widths = ((0, 0), *[(before, after)] * sides, (0, 0))
    return ops.pad(values, widths, constant_values=value) if before or after else values


def dense(module: Any, inputs: MaskedValues) -> MaskedValues:
    """``Dense``; for a sequence at each position."""
    bias = () if module.bias is None else (module.bias,)
    layer = layers.Dense(module.out_features, use_bias=module.bias is not None)
    return inputs.to(apply_layer(layer, inputs.values, module.weight.T, *bias))


def activation(module: nn.Module, inputs: MaskedValues) -> MaskedValues:
    """``Activation``, or ``LeakyReLU``, whose slope is another by default in Keras."""
    return inputs.to(_layer(module)(inputs.values))


def _layer(module: nn.Module) -> Any:
    if isinstance(module, nn.LeakyReLU):
        return layers.LeakyReLU(negative_slope=module.negative_slope)
    return layers.Activation(_NAMES[type(module)])


def dropout(module: nn.Dropout, inputs: MaskedValues) -> MaskedValues:
    """``Dropout``, which does nothing unless the Keras model is trained further."""
    return inputs.to(layers.Dropout(module.p)(inputs.values))


def embedding(module: nn.Embedding, inputs: MaskedValues) -> MaskedValues:
    """``Embedding``; the vector of padding is zeros."""
    return inputs.to(_look_up(module, inputs.values))


def positional_embedding(module: LearnedPositions, inputs: MaskedValues) -> MaskedValues:
    """``Embedding`` of the positions, added."""
    last = module.positions.num_embeddings - 1
    positions = ops.minimum(inputs.positions, last)
    return inputs.to(inputs.values + _look_up(module.positions, positions))


def _look_up(module: nn.Embedding, ids: object) -> object:
    layer = layers.Embedding(module.num_embeddings, module.embedding_dim)
    return apply_layer(layer, ids, module.weight)


def batch_norm(module: Any, inputs: MaskedValues) -> MaskedValues:
    """``BatchNormalization``; Keras's momentum is the share that is kept, PyTorch's the rest."""
    layer = layers.BatchNormalization(momentum=1 - module.momentum, epsilon=module.eps)
    statistics = (module.running_mean, module.running_var)
    return inputs.to(apply_layer(layer, inputs.values, module.weight, module.bias, *statistics))


def layer_norm(module: nn.LayerNorm, inputs: MaskedValues) -> MaskedValues:
    """``LayerNormalization``."""
    layer = layers.LayerNormalization(epsilon=module.eps)
    return inputs.to(apply_layer(layer, inputs.values, module.weight, module.bias))


def group_norm(module: nn.GroupNorm, inputs: MaskedValues) -> MaskedValues:
    """``GroupNormalization``."""
    layer = layers.GroupNormalization(module.num_groups, epsilon=module.eps)
    return inputs.to(apply_layer(layer, inputs.values, module.weight, module.bias))
