"""Random changes of training batches: augmentations of images, and mixup of any numbers.

They run on the device that the batch is on, and draw from a generator that they are given. An
augmentation is a class here and a line in the table of ``automl.training``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pydantic import Field

from automl.training.settings import Options

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from automl.training.batches import StepRng


class Augmentation(Options, ABC):
    """Options of a random change of images that does not change their class."""

    @abstractmethod
    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Change each image of a batch by its own random draw.

        Args:
            images: (N, C, H, W), uint8 or float in 0..255; not changed in place.
            generator: Source of the draws, on the device of the images.

        Returns:
            A batch of the same shape and dtype, in 0..255, on the same device.
        """


class Flip(Augmentation):
    """Mirror left to right. Unsuitable for digits, letters and anything with a handedness."""

    probability: float = Field(default=0.5, ge=0, le=1)
    """Share of the images that are mirrored."""

    @property
    def is_noop(self) -> bool:
        """Whether no image is mirrored."""
        return self.probability == 0

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Mirror each image with the same probability."""
        import torch

        draws = torch.rand(len(images), 1, 1, 1, generator=generator, device=images.device)
        return torch.where(draws < self.probability, images.flip(-1), images)


class Crop(Augmentation):
    """Pad with black, then cut out a random window of the old size (He et al. 2016, CIFAR)."""

    padding: int = Field(default=4, ge=1)
    """Pixels added on each side; an image moves by at most as many."""

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


class Rotate(Augmentation):
    """Rotate by a random angle; pixels from outside the image are black."""

    degrees: float = Field(default=10.0, gt=0, le=180)
    """Largest angle, in either direction."""

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Rotate each image by its own angle, with bilinear interpolation."""
        import torch
        from torch.nn import functional

        count, _, height, width = images.shape
        draws = torch.rand(count, generator=generator, device=images.device)
        angle = (2 * draws - 1) * math.radians(self.degrees)
        cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
        # affine_grid works on sides of length 2, so a rotation must undo the images' aspect.
        aspect = width / height
        rows = [cos, -sin / aspect, zero, sin * aspect, cos, zero]
        matrices = torch.stack(rows, dim=1).view(count, 2, 3)
        grid = functional.affine_grid(matrices, list(images.shape), align_corners=False)
        rotated = functional.grid_sample(images.float(), grid, align_corners=False)
        return in_dtype_of(images, rotated)


class Erase(Augmentation):
    """Cutout (DeVries and Taylor 2017, arXiv 1708.04552): fill a square with the image's mean."""

    size: float = Field(default=0.3, gt=0, le=1)
    """Side of the square, as a share of the image's shorter side."""

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Hide a square around a random pixel of each image; part of it may lie outside."""
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


def in_dtype_of(images: Tensor, values: Tensor) -> Tensor:
    """``values`` in the dtype of ``images``, rounded for integer dtypes."""
    return (values if images.is_floating_point() else values.round()).to(images.dtype)


class MixupModel(Protocol):
    """A model in two steps; mixup blends between them, as raw categories cannot be blended."""

    preprocess: nn.Module
    """From raw inputs (N, …) to what the first layer takes, (N, …) float32."""

    def from_encoded(self, encoded: Tensor) -> Tensor:
        """From the output of ``preprocess`` to the model's outputs (N, …)."""


@dataclass(frozen=True)
class Mixup:
    """One draw of mixup (Zhang et al. 2018, arXiv 1710.09412), for one batch.

    Args:
        share: Weight of an example in its blend, in 0..1; its partner has the rest.
        partner: (N,) int64 index of the example that each one is blended with.
    """

    share: float
    partner: Tensor

    @staticmethod
    def draw(alpha: float, examples: int, rng: StepRng) -> Mixup:
        """Draw a share from Beta(alpha, alpha), and a partner for each of ``examples``."""
        import torch

        generator = rng.tensors
        partner = torch.randperm(examples, generator=generator, device=generator.device)
        return Mixup(rng.numbers.betavariate(alpha, alpha), partner)

    def blend(self, inputs: Tensor, targets: Tensor, classes: int) -> tuple[Tensor, Tensor]:
        """Blend a batch; see ``blend_inputs`` and ``blend_targets``."""
        return self.blend_inputs(inputs), self.blend_targets(targets, classes)

    def blend_inputs(self, inputs: Tensor) -> Tensor:
        """(N, …) numbers that a model's first layer takes -> (N, …) float32."""
        inputs = inputs.float()
        return inputs[self.partner].lerp(inputs, self.share)

    def blend_targets(self, targets: Tensor, classes: int) -> Tensor:
        """(N,) class ids -> (N, classes) float32 probabilities."""
        from torch.nn import functional

        one_hot = functional.one_hot(targets, classes).float()
        return one_hot[self.partner].lerp(one_hot, self.share)
