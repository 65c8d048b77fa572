from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from automl.core.errors import DataError
from automl.data.series.windows import StepRange, Windows, split_windows, starts_of, thin_out
from automl.data.splits import split_rows

LENGTHS = st.tuples(st.integers(20, 120), st.integers(1, 8), st.integers(1, 6))


def cut(steps: int, history: int, horizon: int, targets: np.ndarray | None = None, **limits: int):
    """The windows of a series whose values are their own positions."""
    position = np.arange(steps, dtype=np.float32)[:, None]
    parts = split_rows(steps, 0, times=np.arange(steps))
    inputs = np.concatenate([position, -position], axis=1)
    targets = position if targets is None else targets
    stretches = {name: [StepRange(int(own[0]), int(own[-1]) + 1)] for name, own in parts.items()}
    return parts, *split_windows(Windows(history, horizon), inputs, targets, stretches, **limits)


@st.composite
def lengths(draw):
    steps, history, horizon = draw(LENGTHS)
    assume(horizon <= int(steps * 0.15) - 1)
    assume(history + horizon <= int(steps * 0.7) - 1)
    return steps, history, horizon


@given(lengths())
def test_windows_are_those_of_a_plain_loop(drawn):
    steps, history, horizon = drawn
    parts, splits, notes = cut(*drawn)
    assert notes == ()
    for name, part in parts.items():
        inputs, targets = [], []
        for start in range(history, steps - horizon + 1):
            if all(step in part for step in range(start, start + horizon)):
                inputs.append([[step, -step] for step in range(start - history, start)])
                targets.append([[step] for step in range(start, start + horizon)])
        np.testing.assert_array_equal(splits[name].inputs, np.array(inputs, np.float32))
        np.testing.assert_array_equal(splits[name].targets, np.array(targets, np.float32))


@given(lengths())
def test_no_step_of_a_later_horizon_is_in_an_earlier_split(drawn):
    _, splits, _ = cut(*drawn)
    seen = {
        name: set(split.inputs[..., 0].ravel()) | set(split.targets.ravel())
        for name, split in splits.items()
    }
    ahead = {name: set(split.targets.ravel()) for name, split in splits.items()}
    assert not ahead["validation"] & seen["train"]
    assert not ahead["test"] & (seen["train"] | seen["validation"])


@given(lengths())
def test_a_history_ends_right_before_its_horizon(drawn):
    _, splits, _ = cut(*drawn)
    for split in splits.values():
        assert (split.inputs[:, -1, 0] + 1 == split.targets[:, 0, 0]).all()


def test_held_out_windows_are_the_same_whatever_the_history():
    for name in ("validation", "test"):
        short, long = (cut(200, history, 5)[1][name].targets for history in (1, 60))
        np.testing.assert_array_equal(short, long)


@given(lengths(), st.sets(st.integers(0, 119), max_size=5))
def test_windows_without_any_target_ahead_or_right_before_are_left_out(drawn, holes):
    steps, _, horizon = drawn
    targets = np.arange(steps, dtype=np.float32)[:, None]
    targets[[hole for hole in holes if hole < steps]] = np.nan
    _, whole, _ = cut(*drawn)
    expected = {
        name: [
            window
            for window in split.targets[..., 0].tolist()
            if set(window) - holes
            and {*range(max(int(window[0]) - horizon, 0), int(window[0]))} - holes
        ]
        for name, split in whole.items()
    }
    assume(all(expected.values()))
    _, splits, notes = cut(*drawn, targets)
    for name, windows in expected.items():
        known = [[None if step in holes else step for step in window] for window in windows]
        found = [[None if np.isnan(t) else t for t in w] for w in splits[name].targets[..., 0]]
        assert found == known
    lost = sum(len(whole[name]) - len(windows) for name, windows in expected.items())
    assert any(f"left out {lost} of" in note for note in notes) == (lost > 0)


@given(st.integers(1, 300), st.integers(1, 50))
def test_thinning_is_even_and_keeps_no_more_than_asked(count, most):
    kept = thin_out(np.arange(count), most)
    assert 1 <= len(kept) <= most
    assert len(set(np.diff(kept))) <= 1
    if count <= most:
        assert len(kept) == count


def test_a_long_series_takes_no_more_memory_than_allowed():
    _, splits, notes = cut(1000, 10, 5, largest_train=10_000, most_held_out=20)
    assert splits["train"].inputs.nbytes <= 10_000
    assert len(splits["validation"]) <= 20
    assert [note.split(" train ")[0] for note in notes[:1]] == ["took 115 of 686"]
    assert len(notes) == 3


@pytest.mark.parametrize(("history", "horizon", "split"), [(70, 5, "train"), (5, 16, "validation")])
def test_a_series_that_is_too_short_is_told_with_its_numbers(history, horizon, split):
    parts = {"train": StepRange(0, 70), "validation": StepRange(70, 85), "test": StepRange(85, 100)}
    with pytest.raises(DataError, match=rf"70 train, 15 validation, 15 test.* {split} needs") as it:
        Windows(history, horizon).check_room(parts)
    assert f"history {history} and horizon {horizon}" in str(it.value)


def test_a_split_whose_targets_are_all_missing_is_told():
    targets = np.where(np.arange(100) < 70, 1.0, np.nan).astype(np.float32)[:, None]
    with pytest.raises(DataError, match="in validation, a target is missing in every stretch of 5"):
        cut(100, 10, 5, targets)


def test_a_window_is_of_one_item():
    inputs = np.arange(20, dtype=np.float32)[:, None]
    stretches = [StepRange(0, 10, 0), StepRange(10, 20, 10)]
    starts = starts_of(Windows(history=4, horizon=2), stretches)
    split = Windows(4, 2).take(inputs, inputs, starts)
    for past, ahead in zip(split.inputs, split.targets, strict=True):
        assert len({*(past // 10).ravel(), *(ahead // 10).ravel()}) == 1
    assert len(split) == 10
