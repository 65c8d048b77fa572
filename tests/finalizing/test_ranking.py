"""Which finalist is chosen, how long it is trained, and which refits decide it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.core.final import MOST_REFITS, Estimate, Finalist
from automl.core.records import NetworkProfile, StudyRecord, TrialRecord
from automl.core.trial import Config, Measurement, Status, TrialResult, TrialSpec
from automl.finalizing.finalizer import ModelLimits
from automl.finalizing.ranking import (
    MeanScore,
    RankingObjective,
    affordable_refits,
    are_tied,
    count_starters,
    judge_finalist,
    next_refits,
    pick_finalists,
    rank_finalists,
)
from automl.finalizing.refits import guide_of
from automl.store import StudyFolder

SEEDS = (11, 12, 13)

HIGH, LOW = RankingObjective("accuracy", True), RankingObjective("rmse", False)
VALUES = st.lists(st.floats(0, 1).map(lambda value: round(value, 3)), min_size=3, max_size=3)
FINALISTS = st.lists(st.tuples(VALUES, st.integers(1, 99)), min_size=1, max_size=3)


def result(*curve: float, status: Status = Status.COMPLETE, reason: str = "") -> TrialResult:
    steps = tuple(
        Measurement(step, step / 4, {"accuracy": value, "rmse": value}, float(step))
        for step, value in enumerate(curve, 1)
    )
    return TrialResult(0, status, steps, max(curve, default=None), reason=reason)


def judged(number: int, values: Sequence[float], size: int, error: float | None = 0.01) -> Finalist:
    trial = TrialRecord(number, "complete", values[0], {}, num_parameters=size)
    score = MeanScore(Estimate("accuracy", fmean(values)), error)
    return judge_finalist(trial, [result(value) for value in values], lambda: score)


@pytest.mark.parametrize("objective", [HIGH, LOW])
@given(finalists=FINALISTS, error=st.floats(0, 0.3))
def test_the_best_mean_is_chosen_or_a_smaller_one_in_a_practical_tie(
    objective: RankingObjective, finalists: list[tuple[list[float], int]], error: float
) -> None:
    all_of = [judged(at, *each, error) for at, each in enumerate(finalists)]
    ranking = rank_finalists(all_of, objective)
    first, chosen = ranking.finalists[0], ranking.chosen
    means = [fmean(each.values) for each in ranking.finalists]
    assert means == sorted(means, reverse=objective.maximize)
    assert chosen is not None
    assert abs(chosen.mean.value - first.mean.value) <= error
    tied = [each for each in all_of if are_tied(first, each)]
    assert chosen.num_parameters == min(each.num_parameters for each in tied)
    assert (ranking.told_apart is None) == (len(finalists) == 1)


@given(finalists=FINALISTS)
def test_the_order_of_finalists_makes_no_difference(
    finalists: list[tuple[list[float], int]],
) -> None:
    all_of = [judged(at, *each) for at, each in enumerate(finalists)]
    assert rank_finalists(all_of, HIGH) == rank_finalists(all_of[::-1], HIGH)


def test_seeds_that_vary_are_no_reason_to_take_the_worse() -> None:
    """Two of the refits of the better one are no better than guessing."""
    large = judged(1, [0.87, 0.56, 0.56], 95_170, error=0.05)
    small = judged(0, [0.56, 0.56, 0.55], 10_818, error=0.05)
    ranking = rank_finalists([small, large], HIGH)
    assert (ranking.told_apart, ranking.chosen) == (True, large)


def test_one_that_was_refitted_less_often_is_not_chosen_for_its_size() -> None:
    large, small = judged(0, [0.90, 0.91, 0.92], 5000), judged(1, [0.905], 1000)
    ranking = rank_finalists([small, large], HIGH)
    assert (ranking.told_apart, ranking.chosen) == (False, large)


def test_a_failed_refit_puts_its_finalist_out_with_its_reason() -> None:
    trial = TrialRecord(4, "complete", 0.9, {}, num_parameters=10)
    lost = result(0.9, status=Status.DIVERGED, reason="the loss is NaN at step 3")
    out = judge_finalist(trial, [result(0.9), lost], lambda: pytest.fail("it is out"))
    left = judged(1, [0.5, 0.6, 0.7], 10)
    ranking = rank_finalists([out, left], HIGH)
    assert ranking.finalists == (left, out)
    assert (ranking.chosen, ranking.told_apart) == (left, None)
    assert out.reason == "diverged: the loss is NaN at step 3"
    assert rank_finalists([out], HIGH).chosen is None


def race(values: Sequence[Sequence[float]], error: float, most: int) -> Mapping[int, list[float]]:
    """The values of the refits that a race takes, in which trial ``n`` has ``values[n]``."""
    done = {at: [SEEDS[0]] for at in range(count_starters(len(values), most))}

    def taken() -> dict[int, list[float]]:
        return {
            trial: [value for seed, value in zip(SEEDS, values[trial], strict=True) if seed in of]
            for trial, of in done.items()
        }

    while True:
        finalists = [judged(trial, each, 10, error) for trial, each in taken().items()]
        batch = next_refits(finalists, HIGH, SEEDS, done, most)
        if not batch:
            return taken()
        for trial, seed in batch:
            done[trial].append(seed)


def test_one_that_is_ahead_takes_five_refits_and_two_that_are_tied_seven() -> None:
    others = [0.7, 0.7, 0.7]
    ahead = race([[0.9, 0.9, 0.9], [0.8, 0.8, 0.8], others], 0.01, MOST_REFITS)
    assert [len(each) for each in ahead.values()] == [3, 1, 1]
    tied = race([[0.9, 0.9, 0.9], others, [0.895, 0.9, 0.9]], 0.01, MOST_REFITS)
    assert [len(each) for each in tied.values()] == [3, 1, 3]


def test_a_leader_whose_further_seeds_are_worse_is_overtaken() -> None:
    taken = race([[0.9, 0.5, 0.5], [0.8, 0.8, 0.8]], 0.01, MOST_REFITS)
    assert [len(each) for each in taken.values()] == [3, 3]


@given(st.lists(VALUES, min_size=1, max_size=3), st.floats(0, 0.3), st.integers(1, MOST_REFITS))
def test_a_race_takes_no_more_than_there_is_time_for(
    values: list[list[float]], error: float, most: int
) -> None:
    taken = race(values, error, most)
    total = sum(map(len, taken.values()))
    assert total <= most
    best = max(taken.values(), key=fmean)
    assert len(best) == len(SEEDS) or total == most


@pytest.mark.parametrize(
    ("seconds", "refits", "starters"),
    [
        ([100.0] * 30, 7, 3),  # a third of what was searched is ten of them
        ([100.0] * 12, 4, 2),
        ([100.0] * 6, 2, 1),
        ([100.0], 1, 1),
        ([1.0], 7, 1),  # a minute is always given
        ([0.0], 7, 1),
    ],
)
def test_refits_take_a_quarter_of_the_time(
    seconds: list[float], refits: int, starters: int
) -> None:
    trials = tuple(
        TrialRecord(at, "complete", 0.5, {}, seconds=took) for at, took in enumerate(seconds)
    )
    most = affordable_refits(StudyRecord("s", "accuracy", True, trials), trials[:3])
    assert (most, count_starters(len(trials[:3]), most)) == (refits, starters)


def test_a_trial_that_was_stopped_counts_with_the_time_of_a_whole_one() -> None:
    whole = TrialRecord(0, "complete", 0.5, {}, seconds=100.0, epoch=10.0)
    stopped = TrialRecord(1, "pruned", 0.6, {}, seconds=50.0, epoch=2.0)
    others = [replace(whole, number=number) for number in range(2, 30)]
    study = StudyRecord("s", "accuracy", True, (whole, stopped, *others))
    assert affordable_refits(study, [stopped, whole]) == 5  # of 175 seconds each


@pytest.mark.parametrize("maximize", [True, False])
def test_who_measured_more_than_the_best_complete_trial_is_a_finalist(
    maximize: bool, tmp_path: Path
) -> None:
    sign = 1 if maximize else -1
    statuses = ("complete", "pruned", "paused", "diverged", "pruned", "complete")
    values = (0.5, 0.7, 0.6, 0.9, 0.5, 0.4)
    trials = tuple(
        TrialRecord(number, status, sign * value, {})
        for number, (status, value) in enumerate(zip(statuses, values, strict=True))
    )
    folder = StudyFolder(tmp_path)
    for trial in trials:
        config = Config((), {"number": trial.number})
        spec = TrialSpec(trial.number, config, 0, 1.0, "score", maximize, str(tmp_path))
        folder.trial(trial.number).begin(spec, NetworkProfile(1, 1))

    def picked(*numbers: int) -> list[int]:
        chosen = tuple(trials[number] for number in numbers)
        study = StudyRecord("s", "score", maximize, chosen)
        return [each.number for each in pick_finalists(study, folder)]

    assert picked(0, 1, 2, 3, 4, 5) == [1, 2, 0]
    assert picked(0, 4, 5) == [0, 5]
    assert picked(1, 2) == []  # nothing is complete yet


def test_the_best_complete_trial_is_always_a_finalist(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    trials = []
    for number in range(5):
        config = Config((), {"number": number})
        spec = TrialSpec(number, config, 0, 1.0, "score", True, str(tmp_path))
        folder.trial(number).begin(spec, NetworkProfile(1, 1))
        trials.append(TrialRecord(number, "pruned" if number else "complete", number / 10, {}))
    study = StudyRecord("s", "score", True, tuple(trials))
    assert [each.number for each in pick_finalists(study, folder)] == [4, 3, 0]


@pytest.mark.parametrize(
    ("limits", "members", "why"),
    [
        (ModelLimits(), 3, ""),
        (ModelLimits(single=True), 3, "as asked for"),
        (ModelLimits(minimize=("latency",)), 3, "since the search minimizes latency"),
        (ModelLimits(most={"parameters": 300}), 3, ""),
        (
            ModelLimits(most={"parameters": 299}),
            3,
            "since the average of 3 would take 300 parameters",
        ),
        (ModelLimits(most={"parameters": 299}), 2, ""),
        (ModelLimits(most={"latency": 2}), 3, ""),  # it was not measured
    ],
)
def test_an_average_that_would_break_a_limit_is_none(
    limits: ModelLimits, members: int, why: str
) -> None:
    trial = TrialRecord(0, "complete", 0.5, {}, num_parameters=100)
    assert limits.forbid(trial, members) == why


def test_the_length_is_the_median_of_the_best_steps_but_an_epoch_at_least() -> None:
    """A result has four steps an epoch."""
    early, late = [0.9, 0.1, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.5]
    middle = [0.5, 0.5, 0.5, 0.5, 0.9, 0.8]
    refits = [result(*early), result(*late), result(*middle)]
    assert guide_of(refits, HIGH, steps=0) == (0.5, 0.5, 0.5, 0.5, 0.9)
    assert guide_of(refits, LOW, steps=0) == (0.5, 0.5, 0.5, 0.5)


def test_a_schedule_that_anneals_is_run_to_its_end_unless_it_was_stopped_early() -> None:
    whole, stopped = [0.1, 0.2, 0.3, 0.4, 0.9, 0.8], [0.1, 0.2, 0.3, 0.4, 0.3]
    assert guide_of([result(*whole)], HIGH, steps=6) == tuple(whole)
    assert guide_of([result(*stopped)], HIGH, steps=6) == (0.1, 0.2, 0.3, 0.4)
