"""Hide a square of each image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from automl.training.augmentations.augmentation import Augmentation, in_dtype_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Erase(Augmentation):
    """Cutout (DeVries and Taylor 2017, arXiv 1708.04552): a square takes the image's mean."""

    size: float = Field(default=0.3, gt=0, le=1)
    """Side of the square, as a share of the image's shorter side."""

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Hide a square around a pixel of each image; part of it may lie outside."""
        import torch

        height, width = images.shape[-2:]
        side = max(1, round(self.size * min(height, width)))

        def hidden(length: int) -> Tensor:
            """Which of ``length`` rows (or columns) each image's square covers: (N, length)."""
            centre = torch.randint(
                length, (len(images), 1), generator=generator, device=images.device
            )
            offset = torch.arange(length, device=images.device) - (centre - side // 2)
            return (offset >= 0) & (offset < side)

        square = hidden(height)[:, None, :, None] & hidden(width)[:, None, None, :]
        mean = images.float().mean(dim=(2, 3), keepdim=True)
        return torch.where(square, in_dtype_of(images, mean), images)
