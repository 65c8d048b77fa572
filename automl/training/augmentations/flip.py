"""Mirror images left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from automl.training.augmentations.augmentation import Augmentation

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Flip(Augmentation):
    """Mirror left to right. Not for digits, letters or anything else with a handedness."""

    probability: float = Field(default=0.5, ge=0, le=1)
    """Share of the images that are mirrored."""

    @property
    def does_nothing(self) -> bool:
        """Whether no image is mirrored."""
        return self.probability == 0

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Mirror each image with the same probability."""
        import torch

        draws = torch.rand(len(images), 1, 1, 1, generator=generator, device=images.device)
        return torch.where(draws < self.probability, images.flip(-1), images)
