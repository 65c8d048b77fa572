"""What every augmentation has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from automl.training.options import Options

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Augmentation(Options, ABC):
    """A random change of images that leaves their class as it is."""

    @abstractmethod
    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Change each image of a batch by a draw of its own.

        Args:
            images: (N, C, H, W), uint8 or float; left as it is.
            generator: Where the draws come from; on the device of the images.

        Returns:
            A batch of the same shape, dtype and device.
        """


def in_dtype_of(images: Tensor, values: Tensor) -> Tensor:
    """``values`` in the dtype of ``images``, rounded where that holds whole numbers only."""
    return (values if images.is_floating_point() else values.round()).to(images.dtype)
