"""What is said of a final model: which finalist it is, why, and how often the test was opened."""

from __future__ import annotations

import pytest

from automl.core.final import (
    EnsembleMember,
    EnsembleRecord,
    Estimate,
    Finalist,
    FinalProgress,
    FinalRecord,
    openings,
)


def finalist(trial: int, size: int) -> Finalist:
    return Finalist(trial, size, (0.9, 0.8), Estimate("accuracy", 0.85, 0.8, 0.9))


def final(chosen: int, told_apart: bool | None, *finalists: Finalist) -> FinalRecord:
    return FinalRecord(finalists, (1, 2), chosen, told_apart, 12.0, 900, (), "")


@pytest.mark.parametrize(
    ("chosen", "told_apart", "finalists", "why"),
    [
        (3, None, (finalist(3, 10),), "no other trial to choose from"),
        (3, True, (finalist(3, 10), finalist(7, 5)), "better than trial 7 by more than chance"),
        (
            7,
            False,
            (finalist(3, 1000), finalist(7, 5)),
            "not significantly different from trial 3, and no larger (5 against 1,000 parameters)",
        ),
        (
            3,
            False,
            (finalist(3, 5), finalist(7, 1000)),
            "not significantly different from trial 7, and no larger (5 against 1,000 parameters)",
        ),
    ],
)
def test_why_a_finalist_was_chosen(
    chosen: int, told_apart: bool | None, finalists: tuple[Finalist, ...], why: str
) -> None:
    record = final(chosen, told_apart, *finalists)
    assert record.why() == why
    assert record.chosen.trial == chosen
    assert record.score == record.chosen.mean


def test_how_it_was_made() -> None:
    made = "trial 3, refitted over 2 seeds, then trained for 12 epochs on train + validation"
    assert final(3, None, finalist(3, 10)).made() == made


def test_an_estimate_has_its_interval_if_it_is_known() -> None:
    assert str(Estimate("accuracy", 0.85, 0.8, 0.9)) == "accuracy 0.8500 (0.8000 to 0.9000)"
    assert str(Estimate("accuracy", 0.85)) == "accuracy 0.8500"


def test_an_ensemble_names_its_members() -> None:
    members = (EnsembleMember(3, 0.5), EnsembleMember(7, 0.5, seed=11))
    estimate = Estimate("accuracy", 0.9)
    made = "the average of trials 3 (50%), 7 seed 11 (50%)"
    assert EnsembleRecord(2, members, estimate, ()).made() == made


@pytest.mark.parametrize(
    ("times", "told"),
    [
        (0, "The test split has not been opened."),
        (1, "The test split was opened once."),
        (4, "The test split was opened 4 times, by all studies"),
    ],
)
def test_how_often_the_test_was_opened(times: int, told: str) -> None:
    assert openings(times).startswith(told)


def test_a_sum_of_tenths_is_a_whole_training() -> None:
    assert FinalProgress(sum([0.1] * 10), 3).whole == 1
    assert FinalProgress(1.9, 3).whole == 1
