"""What is said of a final model: which finalist it is, why, and how often the test was opened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automl.core.final import (
    EnsembleMember,
    EnsembleRecord,
    Estimate,
    Finalist,
    FinalProgress,
    FinalRecord,
    openings,
    refit_rounds,
)


def finalist(trial: int, size: int, mean: float = 0.85, error: float | None = 0.02) -> Finalist:
    return Finalist(trial, size, (0.9, 0.8), Estimate("accuracy", mean, 0.8, 0.9), error=error)


def final(chosen: int, told_apart: bool | None, *finalists: Finalist) -> FinalRecord:
    return FinalRecord(finalists, (1, 2), chosen, told_apart, 12.0, 900, (), "")


TIE = "in a practical tie with trial {} ({} against {}, one standard error is 0.0200)"


@pytest.mark.parametrize(
    ("chosen", "told_apart", "finalists", "why"),
    [
        (3, None, (finalist(3, 10),), "no other trial to choose from"),
        (3, None, (finalist(3, 10), finalist(4, 10)), "the only finalist that is left"),
        (
            3,
            True,
            (finalist(3, 10), finalist(7, 5, 0.8)),
            "its refits have the best mean, 0.8500 against 0.8000 of trial 7",
        ),
        (
            7,
            False,
            (finalist(3, 1000), finalist(7, 5, 0.84)),
            TIE.format(3, "0.8400", "0.8500") + ", and no larger (5 against 1,000 parameters)",
        ),
        (
            3,
            False,
            (finalist(3, 5), finalist(7, 1000)),
            TIE.format(7, "0.8500", "0.8500") + ", and no larger (5 against 1,000 parameters)",
        ),
        (
            3,
            False,
            (finalist(3, 1000), finalist(7, 5)),
            TIE.format(7, "0.8500", "0.8500") + ", which was refitted less often",
        ),
        (
            3,
            False,
            (finalist(3, 5, error=None), finalist(7, 1000)),
            "in a practical tie with trial 7 (0.8500 against 0.8500), and no larger "
            "(5 against 1,000 parameters)",
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
    record = final(3, None, finalist(3, 10))
    assert record.made() == made
    assert replace(record, single_because="as asked for").made() == (
        f"{made} (a single model as asked for)"
    )
    assert replace(record, members=3).made() == "trial 3, the average of its 3 refits"
    assert replace(record, members=1).made() == "trial 3, its refit with a new seed"


def test_an_average_has_a_score_of_its_own() -> None:
    record = replace(final(3, None, finalist(3, 10)), validation=Estimate("accuracy", 0.88))
    assert record.score.value == 0.88


def test_those_that_are_out_are_listed_by_their_reason() -> None:
    out = [Finalist(at, 10, reason=reason) for at, reason in ((4, "late"), (5, "late"), (6, "nan"))]
    assert final(3, None, finalist(3, 10), *out).left_out() == (
        "Trials 4 and 5 were out: late",
        "Trial 6 was out: nan",
    )


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


@pytest.mark.parametrize(
    ("finalists", "contenders", "slots", "rounds"),
    [(3, 1, 1, 5), (3, 1, 2, 3), (3, 2, 2, 4), (3, 2, 4, 2), (1, 1, 2, 2), (0, 1, 2, 0)],
)
def test_refits_follow_one_another(
    finalists: int, contenders: int, slots: int, rounds: int
) -> None:
    assert refit_rounds(finalists, contenders, slots) == rounds
