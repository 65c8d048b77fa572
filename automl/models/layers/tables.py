"""Layers of tables, which know the columns that the features of a row come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from automl.core.data_types import Shape, TableRow
from automl.core.errors import Infeasible
from automl.models.layers import Count, Layer

if TYPE_CHECKING:
    from torch import nn


def as_row(shape: Shape) -> TableRow:
    """``shape`` as that of a row; of any other vector, each feature is a number.

    Raises:
        Infeasible: if it is not that of a vector.
    """
    if isinstance(shape, TableRow):
        return shape
    if len(shape) != 1:
        raise Infeasible("it needs a row of a table or another vector")
    return TableRow(shape[0], 0, ())


class _NumberEmbedding(Layer):
    """The options of layers that embed the numbers of a row."""

    size: Annotated[int, Field(ge=2, le=2**31 - 1)] = 4
    """Length of the vector of a number."""
    relu: bool = False
    """Whether relu follows the dense layer, as in the first form of these embeddings (PLR, QLR)."""
    categories: Count | None = None
    """Length of the learned vector of each category that has more values; null keeps them
    one-hot."""


class PeriodicEmbedding(_NumberEmbedding):
    """Turns each number into a learned vector of waves, so that networks see small differences.

    Cosines of learned frequencies go through a dense layer of the column, and the number itself is
    added as the last value of its vector (PBLD). It stands before all layers that mix the features.
    For a vector that is no row of a table, each feature is a number.

    Source: Gorishniy et al., "On Embeddings for Numerical Features in Tabular Deep Learning"
    (2022); the form is that of RealMLP in Holzmüller et al., "Better by default: strong pre-tuned
    MLPs and boosted trees on tabular data" (2024), and so is the size for categories.
    """

    frequencies: Count = 16
    """Number of waves of each number."""
    scale: Annotated[float, Field(ge=0)] = 0.1
    """Standard deviation of the frequencies at first: higher ones tell smaller differences."""

    def build(self, shape: Shape) -> nn.Module:
        """The numbers' vectors, then flags and categories."""
        from automl.models.modules.tables import ColumnEmbedding, Periodic

        row = as_row(shape)
        numbers = Periodic(row.numbers, self.size, self.frequencies, self.scale, self.relu)
        return ColumnEmbedding(row, numbers, self.categories)


class PiecewiseEmbedding(_NumberEmbedding):
    """Turns each number into a learned vector of its place in the column: piecewise linear.

    The column is cut into bins with equally many of the training rows. How far the number reaches
    into each goes through a dense layer of the column, and the number itself is added as the last
    value of its vector. It stands before all layers that mix the features.

    Source: Gorishniy et al., "On Embeddings for Numerical Features in Tabular Deep Learning"
    (2022), with the bins of quantiles.
    """

    bins: Count = 32
    """Number of bins of each number."""

    def build(self, shape: Shape) -> nn.Module:
        """The numbers' vectors, then flags and categories."""
        from automl.models.modules.tables import ColumnEmbedding, PiecewiseLinear

        row = as_row(shape)
        numbers = PiecewiseLinear(row.numbers, self.size, self.bins, self.relu)
        return ColumnEmbedding(row, numbers, self.categories)


class FeatureScale(Layer):
    """Multiplies each feature of a vector by a learned number, which weighs the columns softly.

    Source: the scaling layer of RealMLP in Holzmüller et al., "Better by default: strong pre-tuned
    MLPs and boosted trees on tabular data" (2024).
    """

    keeps_shape: ClassVar[bool] = True

    def build(self, shape: Shape) -> nn.Module:
        """A factor for each feature, 1 at first."""
        from automl.models.modules.tables import LearnedScale

        return LearnedScale(*as_row(shape))
