"""Turn images about their middle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from automl.training.augmentations.augmentation import Augmentation, in_dtype_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Rotate(Augmentation):
    """Turn by a random angle; what comes in from outside is black."""

    degrees: float = Field(default=10.0, gt=0, le=180)
    """Largest angle, to either side."""

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Turn each image by an angle of its own, with bilinear interpolation."""
        import torch
        from torch.nn import functional

        count, _, height, width = images.shape
        draws = torch.rand(count, generator=generator, device=images.device)
        angle = (2 * draws - 1) * math.radians(self.degrees)
        cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
        # affine_grid works on sides of length 2, so a turn must undo the images' aspect.
        aspect = width / height
        rows = [cos, -sin / aspect, zero, sin * aspect, cos, zero]
        matrices = torch.stack(rows, dim=1).view(count, 2, 3)
        grid = functional.affine_grid(matrices, list(images.shape), align_corners=False)
        turned = functional.grid_sample(images.float(), grid, align_corners=False)
        return in_dtype_of(images, turned)
