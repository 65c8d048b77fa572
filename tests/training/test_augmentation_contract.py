from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor

from automl.training import AUGMENTATIONS
from automl.training.augment import Augmentation, Cutmix, Mixup
from automl.training.batches import StepRng

batches = st.tuples(
    st.integers(1, 5), st.sampled_from([1, 3]), st.integers(2, 9), st.integers(2, 9)
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noise(*shape: int, dtype: torch.dtype = torch.uint8) -> Tensor:
    return torch.randint(256, shape, generator=seeded(), dtype=torch.uint8).to(dtype)


@pytest.fixture(params=AUGMENTATIONS.names, scope="module")
def augmentation(request: pytest.FixtureRequest) -> Augmentation:
    return AUGMENTATIONS[request.param]()


class TestEveryAugmentation:
    @given(shape=batches, dtype=st.sampled_from([torch.uint8, torch.float32]))
    def test_keeps_shape_dtype_and_range(self, augmentation, shape, dtype):
        images = noise(*shape, dtype=dtype)
        changed = augmentation.apply(images, seeded())
        assert changed.shape == images.shape
        assert changed.dtype == dtype
        assert changed.min() >= 0
        assert changed.max() <= 255 + 1e-3

    def test_leaves_its_input_alone(self, augmentation):
        images = noise(8, 3, 12, 12)
        before = images.clone()
        augmentation.apply(images, seeded())
        assert torch.equal(images, before)

    def test_same_seed_same_change(self, augmentation):
        images = noise(32, 1, 12, 12)
        first, second = (augmentation.apply(images, seeded(3)) for _ in range(2))
        assert torch.equal(first, second)
        assert not torch.equal(first, augmentation.apply(images, seeded(4)))

    def test_each_image_has_a_draw_of_its_own(self, augmentation):
        images = noise(1, 1, 12, 12).expand(32, 1, 12, 12)
        assert len(augmentation.apply(images, seeded()).unique(dim=0)) > 1

    def test_memory_layout_makes_no_difference(self, augmentation):
        images = noise(8, 3, 12, 12)
        last = images.to(memory_format=torch.channels_last)
        assert torch.equal(augmentation.apply(images, seeded()), augmentation.apply(last, seeded()))

    def test_refuses_unknown_options(self, augmentation):
        with pytest.raises(ValidationError):
            type(augmentation)(no_such_option=1)


def test_flip_mirrors_left_to_right():
    images = noise(4, 3, 5, 6)
    assert torch.equal(
        AUGMENTATIONS["flip"](probability=1.0).apply(images, seeded()), images.flip(3)
    )
    assert torch.equal(AUGMENTATIONS["flip"](probability=0.0).apply(images, seeded()), images)


def test_crop_shifts_by_up_to_its_padding():
    images = torch.zeros(200, 1, 9, 9, dtype=torch.uint8)
    images[:, :, 4, 4] = 255
    at = AUGMENTATIONS["crop"](padding=2).apply(images, seeded()).nonzero()[:, 2:]
    assert len(at) == 200
    assert sorted(at.unique(dim=0).tolist()) == [[y, x] for y in range(2, 7) for x in range(2, 7)]


def test_erase_hides_a_square_of_at_most_its_side():
    images = torch.zeros(100, 1, 10, 10)
    images[:, :, ::2] = 200.0
    hidden = AUGMENTATIONS["erase"](size=0.4).apply(images, seeded()) == 100.0
    pixels = hidden.sum(dim=(1, 2, 3))
    assert pixels.max() == 16
    assert pixels.min() >= 4
    rows, columns = hidden.any(dim=3).sum(dim=(1, 2)), hidden.any(dim=2).sum(dim=(1, 2))
    assert torch.equal(rows * columns, pixels)


def test_rotate_turns_and_does_not_stretch():
    """A bar of 2×8 pixels in an oblong image is still about 16 pixels when turned upright."""
    images = torch.zeros(500, 1, 16, 24)
    images[:, :, 7:9, 8:16] = 1.0
    turned = AUGMENTATIONS["rotate"](degrees=90.0).apply(images, seeded())
    assert turned.sum(dim=(1, 2, 3)) == pytest.approx(torch.full((500,), 16.0), abs=1.5)
    tall = (turned.sum(dim=3) > 0.5).sum(dim=(1, 2))
    assert tall.min() == 2
    assert tall.max() == 8


def test_a_resized_crop_shows_a_part_of_the_image_in_its_place():
    """In an image whose values are their columns, a window has larger and smaller steps."""
    columns = torch.arange(64.0).expand(200, 1, 48, 64)
    cut = AUGMENTATIONS["resized_crop"](scale=0.25).apply(columns, seeded())[:, 0, 24]
    steps = (cut[:, 40] - cut[:, 24]) / 16
    assert steps.max() <= 1 + 1e-4
    assert steps.min() >= (0.25 * 3 / 4) ** 0.5 - 1e-4
    assert cut.min() >= 0, "a window lies inside the image"
    whole = AUGMENTATIONS["resized_crop"](scale=1.0).apply(columns, seeded())
    assert len(whole) == 200


def test_trivial_augment_changes_shades_and_shapes():
    images = noise(400, 3, 16, 16)
    changed = AUGMENTATIONS["trivial_augment"]().apply(images, seeded())
    same = (changed == images).flatten(1).all(dim=1)
    assert 0 < same.float().mean() < 0.3, "some images are left alone"
    black = (changed == 0).all(dim=1).float().mean(dim=(1, 2)) > 0.05
    assert 0.1 < black.float().mean() < 0.6, "some are moved, and black comes in"
    assert AUGMENTATIONS["trivial_augment"](strength=0.0).is_noop


def test_a_weaker_trivial_augment_changes_less():
    images = noise(200, 3, 16, 16)
    weak, full = (
        AUGMENTATIONS["trivial_augment"](strength=strength).apply(images, seeded())
        for strength in (0.1, 1.0)
    )
    assert (weak.float() - images).abs().mean() < (full.float() - images).abs().mean() / 2


def test_cutmix_blends_targets_by_the_area_that_it_pastes():
    """In images that are all of the value of their class, both are the same."""
    targets = torch.tensor([0, 1, 1, 0])
    images = targets.float()[:, None, None, None].expand(4, 1, 12, 9)
    for step in range(20):
        cutmix = Cutmix.draw(1.0, images, StepRng.of_step(0, step, torch.device("cpu")))
        pasted, shares = cutmix.blend(images, targets, classes=2)
        assert pasted.mean(dim=(1, 2, 3)) == pytest.approx(shares[:, 1])
    assert images.unique().tolist() == [0, 1]


def test_mixup_blends_inputs_and_targets_alike():
    """With targets as inputs, what comes out is the same."""
    targets = torch.tensor([0, 1, 2, 1])
    mixup = Mixup.draw(1.0, 4, StepRng.of_step(0, 0, torch.device("cpu")))
    blended = mixup.blend_targets(targets, classes=3)
    assert torch.equal(blended, mixup.blend_inputs(torch.eye(3)[targets]))
    assert blended.sum(dim=1) == pytest.approx(torch.ones(4))
    assert 0 < mixup.share < 1
