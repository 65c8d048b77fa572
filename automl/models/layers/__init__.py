"""The layers a network may be made of: one file per family, one line here per layer."""

from __future__ import annotations

from automl.core.registry import Registry
from automl.models.layer import Layer

LAYERS: Registry[type[Layer]] = Registry(
    "layer",
    {
        "conv2d": "automl.models.layers.conv:Conv2d",
        "separable_conv2d": "automl.models.layers.conv:SeparableConv2d",
        "batch_norm": "automl.models.layers.normalization:BatchNorm",
        "layer_norm": "automl.models.layers.normalization:LayerNorm",
        "group_norm": "automl.models.layers.normalization:GroupNorm",
        "activation": "automl.models.layers.activation:Activation",
        "max_pool2d": "automl.models.layers.pooling:MaxPool2d",
        "avg_pool2d": "automl.models.layers.pooling:AvgPool2d",
        "global_avg_pool": "automl.models.layers.pooling:GlobalAvgPool",
        "global_max_pool": "automl.models.layers.pooling:GlobalMaxPool",
        "flatten": "automl.models.layers.dense:Flatten",
        "dense": "automl.models.layers.dense:Dense",
        "dropout": "automl.models.layers.dropout:Dropout",
        "residual": "automl.models.layers.residual:Residual",
        "squeeze_excite": "automl.models.layers.squeeze_excite:SqueezeExcite",
    },
)
