"""How long a search still takes, its final model included."""

from __future__ import annotations

import pytest

from automl.core.final import FinalProgress
from automl.core.records import TrialRecord
from automl.core.trial import Measurement
from automl.tuning.progress import FinalModelProgress, Pace, TimeSpan

EPOCHS = 10


def ended(status: str, seconds: float, epoch: float = EPOCHS) -> TrialRecord:
    return TrialRecord(0, status, 0.5, {}, seconds=seconds, epoch=epoch)


def pace(*trials: TrialRecord, slots: int = 1) -> Pace:
    learned = Pace(EPOCHS, slots)
    for each in trials:
        learned.end(each)
    return learned


def at(epoch: float, seconds: float) -> Measurement:
    return Measurement(1, epoch, {}, seconds)


def test_nothing_is_said_before_a_trial_has_told() -> None:
    assert pace().left(3, [(None, 1.0)], 9) is None
    assert pace(ended("infeasible", 0.0, 0.0)).left(3, [], 9) is None


def test_pruned_trials_do_not_make_the_next_one_look_short() -> None:
    learned = pace(ended("complete", 43.0), *[ended("pruned", 1.0, 0.2)] * 20)
    assert learned.left(1, [], 0) == TimeSpan(43.0, 43.0)
    usual = (43 + 20) / 21
    assert learned.left(30, [], 0) == TimeSpan(pytest.approx(30 * usual), 30 * 43.0)


def test_a_running_trial_takes_at_least_what_is_left_of_it() -> None:
    learned = pace(ended("complete", 40.0), slots=2)
    assert learned.left(0, [(at(5, 30.0), 10.0)], 0) == TimeSpan(20.0, 20.0)
    assert learned.left(0, [(at(5, 30.0), 90.0)], 0) == TimeSpan(0.0, 0.0)
    assert learned.left(0, [(None, 5.0)], 0) == TimeSpan(40.0, 40.0)


def test_the_first_reports_are_enough_to_tell() -> None:
    assert pace().left(0, [(at(1, 4.0), 0.0)], 0) == TimeSpan(36.0, 36.0)
    assert pace(ended("pruned", 6.0, 2.0)).left(1, [], 0) == TimeSpan(30.0, 30.0)


def test_the_final_model_counts_with_its_trainings_one_after_the_other() -> None:
    assert pace(ended("complete", 48.0)).left(0, [], 3) == TimeSpan(144.0, 144.0)


@pytest.mark.parametrize(
    ("span", "limit", "words"),
    [
        (TimeSpan(40, 50), None, "about 50 s left"),
        (TimeSpan(40, 190), None, "40 s to 3 min 10 s left"),
        (TimeSpan(40, 190), 30.0, "at most 30 s left"),
        (TimeSpan(40, 190), 100.0, "40 s to 1 min 40 s left"),
        (TimeSpan(0.1, 0.1), None, "about 1 s left"),
    ],
)
def test_in_words(span: TimeSpan, limit: float | None, words: str) -> None:
    assert span.in_words(limit) == words


def test_the_last_training_of_the_final_model_is_not_shared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import time

    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    fits = FinalModelProgress(FinalProgress(0.0, 5, alone=1), slots=2, before=0.0, started=now)
    assert fits.time_left() == ""
    now, fits.now = 1010.0, FinalProgress(2.0, 5, alone=1)  # two side by side in ten seconds
    assert fits.time_left() == "about 20 s left"
    now, fits.now = 1020.0, FinalProgress(4.0, 5, alone=1)
    assert fits.time_left() == "about 10 s left"
    now, fits.now = 1025.0, FinalProgress(4.5, 5, alone=1)
    assert fits.time_left() == "about 5 s left"
    fits.now = FinalProgress(5.0, 5, alone=1)
    assert (fits.time_left(), fits.headline[:9]) == ("", "measuring")
