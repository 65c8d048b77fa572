"""Layers: one file per family, one line here per layer."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.models.layer import Layer

LAYERS: Registry[type[Layer]] = Registry(
    "layer",
    {
        "embedding": "automl.models.layers.embedding:Embedding",
        "positional_embedding": "automl.models.layers.embedding:PositionalEmbedding",
        "conv2d": "automl.models.layers.conv:Conv2d",
        "separable_conv2d": "automl.models.layers.conv:SeparableConv2d",
        "conv1d": "automl.models.layers.conv:Conv1d",
        "temporal_conv": "automl.models.layers.conv:TemporalConv",
        "lstm": "automl.models.layers.recurrent:Lstm",
        "gru": "automl.models.layers.recurrent:Gru",
        "rnn": "automl.models.layers.recurrent:Rnn",
        "bidirectional": "automl.models.layers.recurrent:Bidirectional",
        "transformer_encoder": "automl.models.layers.attention:TransformerEncoder",
        "batch_norm": "automl.models.layers.normalization:BatchNorm",
        "layer_norm": "automl.models.layers.normalization:LayerNorm",
        "group_norm": "automl.models.layers.normalization:GroupNorm",
        "activation": "automl.models.layers.basic:Activation",
        "max_pool2d": "automl.models.layers.pooling:MaxPool2d",
        "avg_pool2d": "automl.models.layers.pooling:AvgPool2d",
        "adaptive_avg_pool2d": "automl.models.layers.pooling:AdaptiveAvgPool2d",
        "max_pool1d": "automl.models.layers.pooling:MaxPool1d",
        "global_avg_pool": "automl.models.layers.pooling:GlobalAvgPool",
        "global_max_pool": "automl.models.layers.pooling:GlobalMaxPool",
        "last_step": "automl.models.layers.pooling:LastStep",
        "attention_pool": "automl.models.layers.attention:AttentionPool",
        "flatten": "automl.models.layers.basic:Flatten",
        "dense": "automl.models.layers.basic:Dense",
        "dropout": "automl.models.layers.basic:Dropout",
        "stem": "automl.models.layers.blocks:Stem",
        "residual": "automl.models.layers.blocks:Residual",
        "squeeze_excite": "automl.models.layers.blocks:SqueezeExcite",
    },
)
