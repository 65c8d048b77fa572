"""What every layer is: typed options that build a PyTorch module."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from automl.core.options import Named
from automl.core.shape import Shape

if TYPE_CHECKING:
    from torch import nn

# PyTorch overflows on larger ones.
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]

# Layers inside a layer. Lists, as JSON and YAML have them, are welcome; one is empty where all of
# its layers would do nothing.
Inner = Annotated[tuple[dict[str, Any], ...], Named("layer", many=True), Field(strict=False)]


class Layer(BaseModel, ABC):
    """The options of one layer. The first field is the one its shorthand sets: ``dropout: 0.3``."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    keeps_shape: ClassVar[bool] = False
    """Outputs have the input's shape and take no matrix product: measured without a run."""

    takes_tokens: ClassVar[bool] = False
    """Inputs are ``Tokens``; all other layers take numbers."""

    @abstractmethod
    def build(self, shape: Shape) -> nn.Module:
        """The module for inputs of ``shape``, with fresh weights on PyTorch's default device.

        Raises:
            Infeasible: if no such layer can take that shape. The reason need not name the layer
                or the shape: the network does.
        """
