"""Shift images by padding them and cutting them out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from automl.training.augmentations.augmentation import Augmentation

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Crop(Augmentation):
    """Pad with black and cut a window of the old size out at random (He et al. 2016, CIFAR)."""

    padding: int = Field(default=4, ge=1)
    """Pixels added on each side: the furthest an image moves."""

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Cut a window out of each padded image."""
        import torch
        from torch.nn import functional

        count, _, height, width = images.shape
        padded = functional.pad(images, [self.padding] * 4)
        # A view of every window: (N, C, tops, lefts, H, W). Only the drawn ones are copied.
        windows = padded.unfold(2, height, 1).unfold(3, width, 1)
        top, left = torch.randint(
            2 * self.padding + 1, (2, count), generator=generator, device=images.device
        )
        return windows[torch.arange(count, device=images.device), :, top, left]
