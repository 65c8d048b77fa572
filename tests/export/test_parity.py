from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.core.data_types import Classes, Quantities
from automl.export.parity import compare_models
from automl.export.runtime import Inputs, ModelFunction, Outputs

CLASSES = Classes(("a", "b"))
IMAGES = np.random.default_rng(0).integers(0, 256, (100, 1, 2, 2), dtype=np.uint8)


def pixels(images: Inputs) -> Outputs:
    return images.reshape(len(images), -1).astype(np.float32) / 255


@given(st.floats(-1, 1, width=32))
def test_models_agree_only_if_they_differ_by_rounding(by: float) -> None:
    parity = compare_models(pixels, lambda images: pixels(images) + np.float32(by), IMAGES, CLASSES)
    assert parity.tolerance == pytest.approx(1e-4, rel=0.01)
    assert parity.agrees == (parity.difference <= parity.tolerance)
    assert abs(parity.difference - abs(by)) < 1e-6


@given(st.integers(1, 100))
def test_a_model_agrees_with_itself_on_any_number_of_inputs(count: int) -> None:
    parity = compare_models(pixels, pixels, IMAGES[:count], CLASSES)
    assert parity.agrees
    assert parity.equal_decisions == 1.0
    assert parity.examples == min(count, 64) == max(parity.batches)
    assert min(parity.batches) == 1


def test_large_logits_round_more() -> None:
    def times(factor: float) -> ModelFunction:
        return lambda images: pixels(images) * np.float32(factor)

    assert compare_models(times(1000), times(1000.05), IMAGES, CLASSES).agrees
    assert not compare_models(times(1000), times(1001), IMAGES, CLASSES).agrees


def test_the_share_of_equal_decisions_is_counted() -> None:
    def first_is_right(images: Inputs) -> Outputs:
        return np.eye(2, dtype=np.float32)[np.zeros(len(images), int)]

    def by_first_pixel(images: Inputs) -> Outputs:
        return np.eye(2, dtype=np.float32)[images[:, 0, 0, 0] % 2]

    parity = compare_models(first_is_right, by_first_pixel, IMAGES[:50], CLASSES)
    assert parity.equal_decisions == np.mean(IMAGES[:50, 0, 0, 0] % 2 == 0)
    assert not parity.agrees


def test_what_is_no_number_does_not_agree() -> None:
    def no_number(images: Inputs) -> Outputs:
        return pixels(images) * np.where(len(images) == 7, np.float32("nan"), np.float32(1))

    parity = compare_models(pixels, no_number, IMAGES, CLASSES)
    assert np.isnan(parity.difference)
    assert not parity.agrees
    assert parity.worst.endswith("of the split, in a batch of 7")


def test_values_are_compared_in_standard_deviations() -> None:
    def model(images: Inputs) -> Outputs:
        return pixels(images)[:, :1, None] - np.float32(0.5)

    target, off = Quantities(("price",), (1e6,), (1.0,)), np.float32(0.5)
    wrong = compare_models(model, lambda images: model(images) + off, IMAGES, target)
    assert not wrong.agrees
    assert wrong.difference == pytest.approx(0.5, rel=0.1)
    assert wrong.equal_decisions is None
    assert "values differ by up to 0.5" in str(wrong)
    assert "standard deviations" in str(wrong)
    rounded = compare_models(
        model, lambda images: np.nextafter(model(images), np.inf), IMAGES, target
    )
    assert rounded.agrees


def test_texts_are_tried_at_the_length_of_the_longest() -> None:
    texts = np.zeros((9, 5), np.int32)
    for row, text in enumerate(texts):
        text[: 1 + row % 3] = 7
    lengths: list[tuple[int, ...]] = []

    def run(tokens: Inputs) -> Outputs:
        lengths.append(tokens.shape)
        return tokens[:, :1].astype(np.float32)

    assert compare_models(run, run, texts, CLASSES).agrees
    assert lengths[0] == (9, 5)
    assert set(lengths[1:]) == {(1, 1), (1, 2), (1, 3), (7, 3), (2, 3), (9, 3)}


def lengths_of(rows: Inputs) -> Inputs:
    return (rows != 0).sum(axis=1)


@pytest.mark.parametrize(
    ("wrong_where", "said"),
    [
        (lambda rows: len(rows) == 7 and lengths_of(rows).max() < 5, "of up to 3 tokens"),
        (lambda rows: len(rows) == 7 and 30 > lengths_of(rows).min() > 15, "of up to 20 tokens"),
        (lambda rows: len(rows) == 1 and rows.shape[1] == 1, "in a batch of 1, of up to 1 tokens"),
        (lambda rows: rows.shape[1] == 30, "of up to 30 tokens"),
    ],
    ids=["only short ones", "only long ones", "one token", "as long as can be"],
)
def test_texts_are_tried_at_both_ends_of_what_there_can_be(
    wrong_where: Callable[[Inputs], bool], said: str
) -> None:
    texts = np.zeros((200, 20), np.int32)
    for row, text in enumerate(texts):
        text[: 3 + row % 18] = 1 + row % 50

    def run(tokens: Inputs) -> Outputs:
        return np.stack([tokens[:, 0], -tokens[:, 0]], axis=1).astype(np.float32)

    def wrong(tokens: Inputs) -> Outputs:
        return run(tokens) + np.float32(wrong_where(tokens))

    right = compare_models(run, run, texts, CLASSES, longest=30)
    assert right.agrees
    assert right.lengths == (1, 30)
    assert "in batches of 1, 7, 64 and of 1 to 30 tokens" in str(right)
    parity = compare_models(run, wrong, texts, CLASSES, longest=30)
    assert not parity.agrees
    assert said in parity.worst
