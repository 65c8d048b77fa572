"""Which models answer best together."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from automl.finalizing.ensemble import ScoreAverage, select_members

TRUTH = torch.tensor([1.0, 2.0, 3.0, 4.0])
ANSWERS = st.lists(
    st.lists(st.floats(-5, 10, width=32), min_size=4, max_size=4), min_size=1, max_size=5
).map(torch.tensor)


def average(outputs: Tensor, shares: Tensor) -> Tensor:
    return (outputs * shares[:, None]).sum(dim=0)


def judge(outputs: Tensor, shares: Tensor) -> float:
    return -float((average(outputs, shares) - TRUTH).abs().mean())


def score(outputs: Tensor, shares: dict[int, float], judge: ScoreAverage = judge) -> float:
    return judge(outputs[list(shares)], torch.tensor(list(shares.values())))


@given(ANSWERS, st.integers(1, 6))
def test_it_is_never_worse_than_the_best_of_them(answers: Tensor, most: int) -> None:
    alone = max(score(answers, {place: 1.0}) for place in range(len(answers)))
    assert score(answers, select_members(answers, judge, most)) >= alone


@given(ANSWERS, st.integers(1, 6))
def test_shares_add_up_to_one_and_are_of_models_there_are(answers: Tensor, most: int) -> None:
    shares = select_members(answers, judge, most)
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) <= set(range(len(answers)))
    assert len(shares) <= most


def test_errors_that_cancel_out_are_found() -> None:
    answers = torch.stack([TRUTH + 1, TRUTH - 1, TRUTH + 5])
    assert select_members(answers, judge, 4) == {0: 0.5, 1: 0.5}


def test_one_that_counts_more_is_chosen_again() -> None:
    answers = torch.stack([TRUTH + 1, TRUTH - 2])
    assert select_members(answers, judge, 3) == {0: pytest.approx(2 / 3), 1: pytest.approx(1 / 3)}


def test_the_best_alone_is_taken_where_nothing_is_gained() -> None:
    assert select_members(torch.stack([TRUTH, TRUTH + 1, TRUTH]), judge, 3) == {0: 1.0}
