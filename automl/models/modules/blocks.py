"""Blocks of networks: residual connections, squeeze-and-excitation, channel normalisation."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.model import Body, Masked


class ResidualBlock(Masked):
    """``body(x) + shortcut(x)``.

    Args:
        body: Layers whose output is added to their input.
        shortcut: Module from the input to the shape of the body's output.
        drop_path: Share of the examples for which only the shortcut is taken while training.
    """

    def __init__(self, body: Body, shortcut: nn.Module, drop_path: float = 0.0) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut
        self.drop_path = drop_path
        self.stride = body.stride

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, …) -> (N, …), the sum of both paths, in the shape of the body's output."""
        masked = isinstance(self.shortcut, Masked)
        around = self.shortcut(inputs, mask) if masked else self.shortcut(inputs)
        total: Tensor = self._drop(self.body(inputs, mask)) + around
        return total

    def _drop(self, outputs: Tensor) -> Tensor:
        """The body's outputs, with those of some examples 0 and the others larger for it."""
        if not self.training or self.drop_path == 0:
            return outputs
        kept = outputs.new_ones(len(outputs), *[1] * (outputs.ndim - 1))
        return outputs * functional.dropout(kept, self.drop_path)

    def next_mask(self, mask: Tensor | None) -> Tensor | None:
        """The mask after the body."""
        return self.body.next_mask(mask)


class SqueezeExciteBlock(nn.Module):
    """Multiplies each channel by a weight in 0..1, computed from the means of all channels.

    Source: Hu et al., "Squeeze-and-Excitation Networks" (2018).

    Args:
        channels: Number of channels.
        hidden: Units between squeeze and excitation.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.weigh = nn.Sequential(
            nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels), nn.Sigmoid()
        )

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) floats -> the same shape."""
        weights: Tensor = self.weigh(images.mean(dim=(2, 3)))
        return images * weights[:, :, None, None]


class ChannelNorm(nn.LayerNorm):
    """Normalises the channels of each pixel: (N, C, H, W) -> (N, C, H, W), floats.

    In the channels_last memory format moving the axis copies nothing.
    """

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) floats -> the same shape, normalised, scaled and shifted."""
        return super().forward(images.movedim(1, -1)).movedim(-1, 1)


class SelfAttention(Masked):
    """Multi-head attention of each position to all real positions (Vaswani et al., 2017).

    Args:
        features: Number of features of the sequence; divisible by ``heads``.
        heads: Number of attention heads.
    """

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.project = nn.Linear(features, 3 * features)
        self.combine = nn.Linear(features, features)

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> the same shape."""
        split = self.project(inputs).unflatten(2, (3, self.heads, -1))
        query, key, value = split.permute(2, 0, 3, 1, 4)
        seen = None if mask is None else mask[:, None, None, :]
        if query.device.type == "cpu" and query.dtype == torch.bfloat16:
            # On CPUs the backward pass of attention is several times slower in bfloat16.
            with torch.autocast("cpu", enabled=False):
                attended = functional.scaled_dot_product_attention(
                    query.float(), key.float(), value.float(), attn_mask=seen
                )
        else:
            attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        combined: Tensor = self.combine(attended.transpose(1, 2).flatten(2))
        return combined


class TransformerBlock(Masked):
    """A block of a transformer's encoder: self-attention, then a two-layer network per position.

    Each of the two gets normalised inputs, and its outputs are added to what it got.

    Args:
        features: Number of features of the sequence.
        heads: Number of attention heads.
        feedforward: Hidden units of the network.
        dropout: Share of the values that are dropped before each sum while training.
    """

    def __init__(self, features: int, heads: int, feedforward: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(features)
        self.attention = SelfAttention(features, heads)
        self.feedforward_norm = nn.LayerNorm(features)
        self.feedforward = nn.Sequential(
            nn.Linear(features, feedforward), nn.GELU(), nn.Linear(feedforward, features)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length, features) -> the same shape."""
        attended = self.attention(self.attention_norm(inputs), mask)
        inputs = inputs + self.dropout(attended)
        outputs: Tensor = inputs + self.dropout(self.feedforward(self.feedforward_norm(inputs)))
        return outputs


class LearnedPositions(nn.Module):
    """Adds a learned vector to each position.

    Args:
        length: Largest number of positions of a sequence; all beyond is padding.
        features: Number of features of the sequence.
    """

    def __init__(self, length: int, features: int) -> None:
        super().__init__()
        self.positions = nn.Embedding(length, features)
        nn.init.normal_(self.positions.weight, std=0.02)

    def forward(self, inputs: Tensor) -> Tensor:
        """(N, length, features) -> the same shape."""
        last = self.positions.num_embeddings - 1
        position = torch.arange(inputs.shape[1], device=inputs.device).clamp(max=last)
        outputs: Tensor = inputs + self.positions(position)
        return outputs
