"""Modules for whole texts, as bags of what stands in them. Importing this imports torch."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from automl.core.data_types import PADDING
from automl.models.modules.model import AdaptsToData, ToVector

# Multiplicative hashing (Knuth): an odd number near 2^32 over the golden ratio, and a prime below
# which a key times it still fits into 64 bits.
MULTIPLIER, MODULUS = 2_654_435_761, 2**31 - 1

# Factor of the outputs. A good fit then needs small vectors only, and changes the layers behind
# them little meanwhile: nearly a linear model, whose loss is convex.
SCALE = 30.0


class HashedNgrams(ToVector, AdaptsToData):
    """The sum of a learned vector for each different n-gram of a text, scaled by TF-IDF.

    Each token has a row of a table, and longer n-grams share the rows that follow, by their hash.
    An n-gram counts once, however often it occurs, by its inverse document frequency; the weights
    of a text have the Euclidean norm ``SCALE``. N-grams that no train text has do not count.

    Args:
        vocabulary: Number of tokens, padding included.
        units: Length of the vectors.
        ngrams: Tokens of the longest n-grams.
        buckets: Rows for n-grams of more than one token.
    """

    whole_split: ClassVar[bool] = True
    frequency: Tensor
    documents: Tensor

    def __init__(self, vocabulary: int, units: int, ngrams: int, buckets: int) -> None:
        super().__init__()
        self.vocabulary, self.ngrams, self.buckets = vocabulary, ngrams, buckets
        rows = vocabulary + (buckets if ngrams > 1 else 0)
        self.table = nn.Parameter(torch.zeros(rows, units))
        self.register_buffer("frequency", torch.zeros(rows))
        self.register_buffer("documents", torch.zeros(()))

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """(N, length) ids -> (N, units)."""
        rows = self.rows(tokens)
        before = functional.pad(rows, (1, 0), value=PADDING)[:, :-1]
        new = (rows != before) & (rows != PADDING)
        if self.adapting:
            self.frequency += torch.bincount(rows[new], minlength=len(self.frequency))
            self.documents += len(tokens)
        weights = self.inverse_frequency(rows) * new
        norm = weights.square().sum(dim=1, keepdim=True).sqrt().clamp(min=1e-6)
        vectors = functional.embedding(rows, self.table)
        return (vectors * (weights * SCALE / norm)[..., None]).sum(dim=1)

    def rows(self, tokens: Tensor) -> Tensor:
        """(N, length) ids -> sorted rows of their n-grams, (N, ngrams · length), 0 for padding."""
        tokens = tokens.long()
        found, key, after = [tokens], tokens, tokens
        for _ in range(1, self.ngrams):
            # First padded, then cut: torch.export cannot cut what may have one token.
            after = functional.pad(after, (0, 1), value=PADDING)[:, 1:]
            key = (key * MULTIPLIER + after) % MODULUS
            bucket = self.vocabulary + key % self.buckets
            # Padding is at the end: an n-gram that reaches into it ends in it.
            found.append(torch.where(after == PADDING, PADDING, bucket))
        return torch.cat(found, dim=1).sort(dim=1).values

    def inverse_frequency(self, rows: Tensor) -> Tensor:
        """Weights of n-grams, in the shape of their ``rows``; 0 for those of no train text.

        Without any train text, all weigh the same.
        """
        frequency = self.frequency[rows]
        found = torch.log((1 + self.documents) / (1 + frequency)) + 1
        return found * ((frequency > 0) | (self.documents == 0))
