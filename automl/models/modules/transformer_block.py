"""A block of a transformer's encoder (Vaswani et al., 2017)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from automl.models.modules.masked import Masked


class SelfAttention(Masked):
    """Each position gathers from all real ones what answers its query.

    Args:
        features: Of the sequence; divisible by ``heads``.
        heads: Attentions side by side.
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
        gathered = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        combined: Tensor = self.combine(gathered.transpose(1, 2).flatten(2))
        return combined


class TransformerBlock(Masked):
    """Self-attention, then a two-layer network at each position; each normalised before and added.

    Args:
        features: Of the sequence.
        heads: Attentions side by side.
        feedforward: Hidden units of the network.
        dropout: Share of the values of each sum that are dropped while training.
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
