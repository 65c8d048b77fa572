"""Dropout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from automl.core.shape import Shape
from automl.models.layer import Layer

if TYPE_CHECKING:
    from torch import nn


class Dropout(Layer):
    """Sets values to 0 at random while training, against overfitting.

    Source: Srivastava et al., "Dropout" (2014).
    """

    keeps_shape: ClassVar[bool] = True

    rate: Annotated[float, Field(ge=0, lt=1)]
    """Share of the values that are dropped; 0 drops none."""

    @property
    def does_nothing(self) -> bool:
        """Whether it drops none."""
        return self.rate == 0

    def build(self, shape: Shape) -> nn.Module:
        """``Dropout``; any shape will do."""
        from torch import nn

        return nn.Dropout(self.rate)
