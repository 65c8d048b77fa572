"""How each layer is built from Keras's: one file per family, one line here per layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from automl.core.errors import ExportError
from automl.core.registry import Registry
from automl.export import EXPORTERS

if TYPE_CHECKING:
    from automl.export.keras.layers.basic import MaskedValues
    from automl.models.modules.model import Body

# Function from a layer's PyTorch module, with its weights, and its inputs to its outputs.
Builder = Callable[[Any, "MaskedValues"], "MaskedValues"]

BUILDERS: Registry[Builder] = Registry(
    "Keras layer",
    {
        "ngram_bag": "automl.export.keras.layers.text:ngram_bag",
        "embedding": "automl.export.keras.layers.basic:embedding",
        "positional_embedding": "automl.export.keras.layers.basic:positional_embedding",
        "periodic_embedding": "automl.export.keras.layers.tables:column_embedding",
        "piecewise_embedding": "automl.export.keras.layers.tables:column_embedding",
        "feature_scale": "automl.export.keras.layers.tables:feature_scale",
        "conv2d": "automl.export.keras.layers.convolution:conv2d",
        "separable_conv2d": "automl.export.keras.layers.convolution:separable_conv2d",
        "conv1d": "automl.export.keras.layers.convolution:conv1d",
        "temporal_conv": "automl.export.keras.layers.convolution:temporal_conv",
        "lstm": "automl.export.keras.layers.blocks:recurrent",
        "gru": "automl.export.keras.layers.blocks:recurrent",
        "rnn": "automl.export.keras.layers.blocks:recurrent",
        "bidirectional": "automl.export.keras.layers.blocks:bidirectional",
        "transformer_encoder": "automl.export.keras.layers.blocks:transformer_encoder",
        "mini_rocket": "automl.export.keras.layers.series:mini_rocket",
        "inception": "automl.export.keras.layers.series:inception",
        "instance_norm": "automl.export.keras.layers.series:instance_norm",
        "batch_norm": "automl.export.keras.layers.basic:batch_norm",
        "layer_norm": "automl.export.keras.layers.basic:layer_norm",
        "group_norm": "automl.export.keras.layers.basic:group_norm",
        "activation": "automl.export.keras.layers.basic:activation",
        "parametric_activation": "automl.export.keras.layers.tables:parametric_activation",
        "max_pool2d": "automl.export.keras.layers.convolution:max_pool2d",
        "avg_pool2d": "automl.export.keras.layers.convolution:avg_pool2d",
        "adaptive_avg_pool2d": "automl.export.keras.layers.convolution:adaptive_avg_pool2d",
        "max_pool1d": "automl.export.keras.layers.convolution:max_pool1d",
        "global_avg_pool": "automl.export.keras.layers.convolution:global_avg_pool",
        "global_max_pool": "automl.export.keras.layers.convolution:global_max_pool",
        "last_step": "automl.export.keras.layers.convolution:last_step",
        "attention_pool": "automl.export.keras.layers.blocks:attention_pool",
        "flatten": "automl.export.keras.layers.convolution:flatten",
        "dense": "automl.export.keras.layers.basic:dense",
        "dropout": "automl.export.keras.layers.basic:dropout",
        "stem": "automl.export.keras.layers:build_layers",
        "residual": "automl.export.keras.layers.blocks:residual",
        "squeeze_excite": "automl.export.keras.layers.blocks:squeeze_excite",
        "basic_block": "automl.export.keras.layers:build_layers",
        "inverted_residual": "automl.export.keras.layers:build_layers",
        "convnext_block": "automl.export.keras.layers:build_layers",
    },
)


def build_layers(body: Body, inputs: MaskedValues) -> MaskedValues:
    """The outputs of all layers of a network, built from Keras's.

    Args:
        body: PyTorch module of the layers, which run in a row.
        inputs: Inputs of the first layer.

    Raises:
        ExportError: a layer cannot be built from Keras's.
    """
    for numbered, module in body.named_children():
        name, _, _ = numbered.rpartition("_")
        inputs = _builder(name)(module, inputs)
    return inputs


def _builder(layer: str) -> Builder:
    if layer in BUILDERS:
        return BUILDERS[layer]
    others = ", ".join(name for name in EXPORTERS if name != "keras")
    raise ExportError(f"the format keras has no layer {layer!r}; take another format: {others}")
