"""Random changes of training batches: augmentations, CutMix of images, mixup of any numbers.

They run on the device that the batch is on, and draw from a generator that they are given. An
augmentation is a class here and a line in the table of ``automl.training``.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
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

        draws = torch.rand(len(images), generator=generator, device=images.device)
        angle = (2 * draws - 1) * math.radians(self.degrees)
        cos, sin, zero = angle.cos(), angle.sin(), torch.zeros_like(angle)
        return in_dtype_of(images, warp(images.float(), [cos, -sin, zero, sin, cos, zero]))


class ResizedCrop(Augmentation):
    """Cut out a random window and enlarge it to the old size (Szegedy et al. 2015)."""

    scale: float = Field(default=0.5, gt=0, le=1)
    """Least share of the image's area in the window, whose sides have ratios of 3:4 to 4:3."""

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Cut a window of its own out of each image, with bilinear interpolation."""
        import torch

        draws = torch.rand(4, len(images), generator=generator, device=images.device)
        area, stretch = self.scale + (1 - self.scale) * draws[0], (4 / 3) ** (draws[1] - 0.5)
        width, height = (area.sqrt() * each for each in (stretch, 1 / stretch))
        width, height = width.clamp(max=1), height.clamp(max=1)
        zero = torch.zeros_like(area)
        right, down = ((2 * draw - 1) for draw in draws[2:])
        window = [width, zero, (1 - width) * right, zero, height, (1 - height) * down]
        return in_dtype_of(images, warp(images.float(), window))


class TrivialAugment(Augmentation):
    """One random change of each image, of random strength (Mueller and Hutter 2021).

    An image is sheared, moved, rotated, or changed in its brightness, contrast, colour, sharpness
    or number of shades, partly inverted, stretched to all shades, or left alone. At full strength
    the ranges are those of TrivialAugmentWide; pixels from outside the image are black.
    """

    strength: float = Field(default=1.0, ge=0, le=1)
    """Share of the full ranges that the changes are drawn from."""

    @property
    def is_noop(self) -> bool:
        """Whether no image changes."""
        return self.strength == 0

    def apply(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Draw a change and its strength for each image; those with the same one change at once."""
        import torch

        count, device = len(images), images.device
        kind = torch.randint(len(_CHANGES), (count,), generator=generator, device=device)
        level = self.strength * (2 * torch.rand(count, generator=generator, device=device) - 1)
        changed = images.clone()
        sizes = torch.bincount(kind, minlength=len(_CHANGES)).tolist()
        parts = torch.split(kind.argsort(stable=True), sizes)
        for change, at in zip(_CHANGES, parts, strict=True):
            if len(at):
                # Sums depend on the memory layout, and results must not.
                part = change(images[at].float().contiguous(), level[at])
                changed[at] = in_dtype_of(images, part.clamp(0, 255))
        return changed


def _affine(images: Tensor, **entries: Tensor) -> Tensor:
    """``images`` warped by the unit matrix with other ``entries``, as ``warp`` has them."""
    one, zero = images.new_ones(len(images)), images.new_zeros(len(images))
    unit = {"xx": one, "xy": zero, "x": zero, "yx": zero, "yy": one, "y": zero}
    return warp(images, list({**unit, **entries}.values()))


def _rotated(images: Tensor, level: Tensor) -> Tensor:
    angle = level * math.radians(135)
    return _affine(images, xx=angle.cos(), xy=-angle.sin(), yx=angle.sin(), yy=angle.cos())


def _away_from(images: Tensor, origin: Tensor, level: Tensor) -> Tensor:
    """Images whose distance from ``origin`` is larger or smaller by up to its double."""
    return origin + (images - origin) * (1 + 0.99 * _column(level))


def _sharpened(images: Tensor, level: Tensor) -> Tensor:
    from torch.nn import functional

    blurred = functional.avg_pool2d(images, 3, stride=1, padding=1, count_include_pad=False)
    return _away_from(images, blurred, level)


def _solarized(images: Tensor, level: Tensor) -> Tensor:
    """Images with their brightest pixels inverted."""
    import torch

    bright = images >= 255 * (1 - _column(level).abs())
    return torch.where(bright, 255 - images, images)


def _stretched(images: Tensor, level: Tensor) -> Tensor:
    """Images of which each channel goes from black to white."""
    low, high = (each(dim=(2, 3), keepdim=True) for each in (images.amin, images.amax))
    return (images - low) * (255 / (high - low).clamp(min=1))


def _column(level: Tensor) -> Tensor:
    return level[:, None, None, None]


# Functions of images (N, C, H, W) in 0..255 and a level (N,) in -1..1, which draws a change of all
# of its range.
_CHANGES: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    lambda images, level: images,
    lambda images, level: _affine(images, xy=0.99 * level),
    lambda images, level: _affine(images, yx=0.99 * level),
    lambda images, level: _affine(images, x=0.9 * level),
    lambda images, level: _affine(images, y=0.9 * level),
    _rotated,
    lambda images, level: _away_from(images, images.new_zeros(()), level),  # brightness
    lambda images, level: _away_from(images, images.mean((1, 2, 3), keepdim=True), level),
    lambda images, level: _away_from(images, images.mean(1, keepdim=True), level),  # colour
    _sharpened,
    lambda images, level: images - images % 2 ** (6 * _column(level).abs()).round(),  # posterize
    _solarized,
    _stretched,
)


def warp(images: Tensor, rows: list[Tensor]) -> Tensor:
    """Images whose pixels come from other places, with bilinear interpolation; black from outside.

    Args:
        images: (N, C, H, W) floats.
        rows: The two rows of each image's matrix from a place to where it comes from, six tensors
            (N,). Places are in half sides from the middle; the matrix is that of square images.
    """
    import torch
    from torch.nn import functional

    count, _, height, width = images.shape
    aspect = width / height
    xx, xy, x, yx, yy, y = rows
    matrices = torch.stack([xx, xy / aspect, x, yx * aspect, yy, y], dim=1).view(count, 2, 3)
    grid = functional.affine_grid(matrices, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


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


@dataclass(frozen=True)
class Cutmix:
    """One draw of CutMix (Yun et al. 2019, arXiv 1905.04899), for one batch of images.

    Args:
        rows: First and last + 1 row of the rectangle that comes from the partner.
        columns: First and last + 1 column of it.
        partner: (N,) int64 index of the example that each one gets the rectangle from.
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    partner: Tensor

    @staticmethod
    def draw(alpha: float, images: Tensor, rng: StepRng) -> Cutmix:
        """Draw a rectangle whose share of ``images`` (N, C, H, W) is from Beta(alpha, alpha)."""
        import torch

        generator = rng.tensors
        partner = torch.randperm(len(images), generator=generator, device=generator.device)
        side = math.sqrt(rng.numbers.betavariate(alpha, alpha))
        rows, columns = (_span(each, side, rng.numbers.random()) for each in images.shape[2:])
        return Cutmix(rows, columns, partner)

    def blend(self, images: Tensor, targets: Tensor, classes: int) -> tuple[Tensor, Tensor]:
        """Paste the rectangles; class ids (N,) become probabilities (N, classes), by their area."""
        pasted, (top, bottom), (left, right) = images.clone(), self.rows, self.columns
        place = slice(None), slice(None), slice(top, bottom), slice(left, right)
        pasted[place] = images[self.partner][place]
        height, width = images.shape[2:]
        share = 1 - (bottom - top) * (right - left) / (height * width)
        return pasted, Mixup(share, self.partner).blend_targets(targets, classes)


def _span(length: int, share: float, centre: float) -> tuple[int, int]:
    """Where a side of a rectangle begins and ends; part of it may lie outside."""
    half, middle = share * length / 2, centre * length
    return max(round(middle - half), 0), min(round(middle + half), length)
