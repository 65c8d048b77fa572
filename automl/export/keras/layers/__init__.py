"""How each layer is built of Keras's: one file per family, one line here per layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from automl.core.registry import Registry

if TYPE_CHECKING:
    from automl.export.keras.flow import Flow

# From a layer's PyTorch module, with its weights, and what reaches it, to what it gives.
Builder = Callable[[Any, "Flow"], "Flow"]

BUILDERS: Registry[Builder] = Registry(
    "Keras layer",
    {
        "embedding": "automl.export.keras.layers.embedding:embedding",
        "positional_embedding": "automl.export.keras.layers.embedding:positional_embedding",
        "conv2d": "automl.export.keras.layers.convolution:conv2d",
        "separable_conv2d": "automl.export.keras.layers.convolution:separable_conv2d",
        "conv1d": "automl.export.keras.layers.convolution:conv1d",
        "temporal_conv": "automl.export.keras.layers.convolution:temporal_conv",
        "lstm": "automl.export.keras.layers.recurrent:recurrent",
        "gru": "automl.export.keras.layers.recurrent:recurrent",
        "rnn": "automl.export.keras.layers.recurrent:recurrent",
        "bidirectional": "automl.export.keras.layers.bidirectional:bidirectional",
        "transformer_encoder": "automl.export.keras.layers.attention:transformer_encoder",
        "batch_norm": "automl.export.keras.layers.normalization:batch_norm",
        "layer_norm": "automl.export.keras.layers.normalization:layer_norm",
        "group_norm": "automl.export.keras.layers.normalization:group_norm",
        "activation": "automl.export.keras.layers.activation:activation",
        "max_pool2d": "automl.export.keras.layers.pooling:max_pool2d",
        "avg_pool2d": "automl.export.keras.layers.pooling:avg_pool2d",
        "max_pool1d": "automl.export.keras.layers.pooling:max_pool1d",
        "global_avg_pool": "automl.export.keras.layers.to_vector:global_avg_pool",
        "global_max_pool": "automl.export.keras.layers.to_vector:global_max_pool",
        "last_step": "automl.export.keras.layers.to_vector:last_step",
        "attention_pool": "automl.export.keras.layers.attention:attention_pool",
        "flatten": "automl.export.keras.layers.to_vector:flatten",
        "dense": "automl.export.keras.layers.dense:dense",
        "dropout": "automl.export.keras.layers.dropout:dropout",
        "residual": "automl.export.keras.layers.residual:residual",
        "squeeze_excite": "automl.export.keras.layers.squeeze_excite:squeeze_excite",
    },
)
