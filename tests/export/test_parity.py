from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from automl.data.dataset import Images
from automl.export.parity import Parity, compare
from automl.export.run import Logits

IMAGES = np.random.default_rng(0).integers(0, 256, (100, 1, 2, 2), dtype=np.uint8)


def pixels(images: Images) -> Logits:
    return images.reshape(len(images), -1).astype(np.float32) / 255


@given(st.floats(-1, 1, width=32))
def test_models_agree_only_if_they_differ_by_rounding(by: float) -> None:
    parity = compare(pixels, lambda images: pixels(images) + np.float32(by), IMAGES)
    assert parity.agrees == (parity.difference <= 1e-4)
    assert abs(parity.difference - abs(by)) < 1e-6


@given(st.integers(1, 100))
def test_a_model_agrees_with_itself_on_any_number_of_inputs(count: int) -> None:
    parity = compare(pixels, pixels, IMAGES[:count])
    assert parity.agrees
    assert parity.equal_decisions == 1.0
    assert parity.examples == min(count, 64) == max(parity.batches)
    assert min(parity.batches) == 1


def test_large_logits_round_more() -> None:
    def large(images: Images) -> Logits:
        return pixels(images) * 1000

    assert compare(large, lambda images: large(images) * np.float32(1.00005), IMAGES).agrees
    assert not compare(large, lambda images: large(images) * np.float32(1.001), IMAGES).agrees


def test_the_share_of_equal_decisions_is_counted() -> None:
    def first_is_right(images: Images) -> Logits:
        return np.eye(2, dtype=np.float32)[np.zeros(len(images), int)]

    def by_first_pixel(images: Images) -> Logits:
        return np.eye(2, dtype=np.float32)[images[:, 0, 0, 0] % 2]

    parity = compare(first_is_right, by_first_pixel, IMAGES[:50])
    assert parity.equal_decisions == np.mean(IMAGES[:50, 0, 0, 0] % 2 == 0)
    assert not parity.agrees


def test_what_is_no_number_does_not_agree() -> None:
    assert not Parity(1, (1,), float("nan"), 1e-4, 1.0).agrees
