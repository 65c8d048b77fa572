"""Layers: their base, with typed options that build a PyTorch module, and the table of them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from automl.core.data_types import Shape
from automl.core.errors import Infeasible
from automl.core.registry import MemberOf, Registry

if TYPE_CHECKING:
    from torch import nn

# PyTorch overflows on larger numbers.
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]

# Layers inside a layer. Not strict, so that a list, as JSON and YAML have it, becomes a tuple. It
# is empty where none of its layers has an effect.
Inner = Annotated[tuple[dict[str, Any], ...], MemberOf("layer", many=True), Field(strict=False)]


class Layer(BaseModel, ABC):
    """The options of one layer. The first field is the one that ``dropout: 0.3`` sets."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    keeps_shape: ClassVar[bool] = False
    """Whether outputs have the input's shape and need no matrix product: measured without a run."""

    takes_tokens: ClassVar[bool] = False
    """Whether inputs are ``Tokens``; all other layers take numbers."""

    @abstractmethod
    def build(self, shape: Shape) -> nn.Module:
        """The module for inputs of ``shape``, with fresh weights on PyTorch's default device.

        Raises:
            Infeasible: if the layer cannot take that shape. The reason need not name the layer or
                the shape: the network does.
        """


def as_image(shape: Shape) -> tuple[int, int, int]:
    """``shape`` as (channels, height, width).

    Raises:
        Infeasible: if it is not that of an image.
    """
    if len(shape) != 3:
        raise Infeasible("it needs an image; put it before flatten and global pooling")
    return shape


def as_sequence(shape: Shape) -> tuple[int, int]:
    """``shape`` as (length, features).

    Raises:
        Infeasible: if it is not that of a sequence.
    """
    if len(shape) == 3:
        raise Infeasible("it needs a sequence, such as a text behind an embedding or a series")
    if len(shape) != 2:
        raise Infeasible(
            "it needs a sequence; put it before the layer that turns one into a vector: flatten, "
            "pooling, or a recurrent layer without return_sequences"
        )
    return shape


def check_window(size: int, sides: tuple[int, ...]) -> None:
    """Check that a window of ``size`` along each side lies inside an image or a sequence.

    Raises:
        Infeasible: if a side is shorter.
    """
    if size > min(sides):
        window = f"{size}×{size} window" if len(sides) == 2 else f"window of {size}"
        raise Infeasible(f"its {window} does not fit")


def check_divisible(name: str, value: int, by: str, groups: int) -> None:
    """Check that ``value`` splits into ``groups`` equal groups.

    Args:
        name: Name of the value.
        value: Number that is split.
        by: Name of the number of groups.
        groups: Number of groups.

    Raises:
        Infeasible: if it does not.
    """
    if value % groups:
        raise Infeasible(f"`{name}` (={value}) must be divisible by `{by}` (={groups})")


LAYERS: Registry[type[Layer]] = Registry(
    "layer",
    {
        "ngram_bag": "automl.models.layers.sequence:NgramBag",
        "embedding": "automl.models.layers.sequence:Embedding",
        "positional_embedding": "automl.models.layers.sequence:PositionalEmbedding",
        "periodic_embedding": "automl.models.layers.tables:PeriodicEmbedding",
        "piecewise_embedding": "automl.models.layers.tables:PiecewiseEmbedding",
        "feature_scale": "automl.models.layers.tables:FeatureScale",
        "conv2d": "automl.models.layers.conv:Conv2d",
        "separable_conv2d": "automl.models.layers.conv:SeparableConv2d",
        "conv1d": "automl.models.layers.conv:Conv1d",
        "temporal_conv": "automl.models.layers.conv:TemporalConv",
        "lstm": "automl.models.layers.sequence:Lstm",
        "gru": "automl.models.layers.sequence:Gru",
        "rnn": "automl.models.layers.sequence:Rnn",
        "bidirectional": "automl.models.layers.sequence:Bidirectional",
        "transformer_encoder": "automl.models.layers.sequence:TransformerEncoder",
        "mini_rocket": "automl.models.layers.series:MiniRocketLayer",
        "inception": "automl.models.layers.series:Inception",
        "instance_norm": "automl.models.layers.series:InstanceNorm",
        "batch_norm": "automl.models.layers.basic:BatchNorm",
        "layer_norm": "automl.models.layers.basic:LayerNorm",
        "group_norm": "automl.models.layers.basic:GroupNorm",
        "activation": "automl.models.layers.basic:Activation",
        "parametric_activation": "automl.models.layers.basic:ParametricActivation",
        "max_pool2d": "automl.models.layers.conv:MaxPool2d",
        "avg_pool2d": "automl.models.layers.conv:AvgPool2d",
        "adaptive_avg_pool2d": "automl.models.layers.conv:AdaptiveAvgPool2d",
        "max_pool1d": "automl.models.layers.conv:MaxPool1d",
        "global_avg_pool": "automl.models.layers.conv:GlobalAvgPool",
        "global_max_pool": "automl.models.layers.conv:GlobalMaxPool",
        "last_step": "automl.models.layers.conv:LastStep",
        "attention_pool": "automl.models.layers.sequence:AttentionPool",
        "flatten": "automl.models.layers.basic:Flatten",
        "dense": "automl.models.layers.basic:Dense",
        "dropout": "automl.models.layers.basic:Dropout",
        "stem": "automl.models.layers.blocks:Stem",
        "residual": "automl.models.layers.blocks:Residual",
        "squeeze_excite": "automl.models.layers.blocks:SqueezeExcite",
        "basic_block": "automl.models.layers.blocks:BasicBlock",
        "inverted_residual": "automl.models.layers.blocks:InvertedResidual",
        "convnext_block": "automl.models.layers.blocks:ConvNextBlock",
    },
)
