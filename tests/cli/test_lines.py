"""A search without a terminal: a line a second at most, and no list of infeasible draws."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plans import PLAN, make_context

from automl.cli.view import LineView, Stop
from automl.core.final import FinalProgress
from automl.core.records import StudyRecord, TrialRecord
from automl.core.trial import Measurement
from automl.tuning.context import SearchContext, SearchOutcome

PLAN_OF_20 = replace(PLAN, name="s", space="s.yaml", trials=20, epochs=2, finalize=False)
CONTEXT = make_context(PLAN_OF_20, data="rows: 9 train")
BEGUN = ["s: rows: 9 train; on 2 cores"]


class Told:
    """What is printed while a clock goes as a test says."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], context: SearchContext = CONTEXT
    ) -> None:
        self.now, self._capsys = 0.0, capsys
        self.stop = Stop()
        self.view = LineView(self.stop, lambda: self.now)
        self.view.begin(context)

    def end(self, number: int, status: str, at: float, value: float | None = 0.5) -> None:
        self.now = at
        reason = "" if status == "complete" else f"{number} is too many"
        self.view.end(TrialRecord(number, status, value, {}, reason, seconds=3.0, epoch=2.0))

    def lines(self) -> list[str]:
        return self._capsys.readouterr().out.splitlines()


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(capsys)


def test_a_trial_is_a_line_and_what_comes_within_a_second_is_one_more(told: Told) -> None:
    told.end(0, "complete", 2.0, 0.75)
    assert told.lines()[1:] == ["[1/20] trial 0 complete  accuracy 0.7500  3 s  (about 57 s left)"]
    for number in range(1, 6):
        told.end(number, "pruned" if number % 2 else "complete", 2.0 + number / 10, number / 10)
    assert told.lines() == []
    told.now = 3.5
    told.view.measure(9, Measurement(1, 0.5, {"accuracy": 0.1}, 1.0))
    line = "[6/20] 5 trials: 3 pruned, 2 complete; best accuracy 0.7500 (trial 0)"
    assert [each.partition("  (")[0] for each in told.lines()] == [line]


def test_what_is_held_back_comes_in_the_end(told: Told) -> None:
    told.end(0, "complete", 0.1)
    told.end(1, "failed", 0.2, None)
    told.lines()
    told.view.finish(SearchOutcome(StudyRecord("s", "accuracy", True, ()), "done", 1.0))
    told.view.close()
    assert [each.partition("  (")[0] for each in told.lines()] == [
        "[2/20] trial 1 failed  3 s  1 is too many"
    ]


def test_infeasible_draws_are_counted_on_the_next_line(told: Told) -> None:
    for number in range(1, 83):
        told.end(number, "infeasible", 2.0 + number / 100, None)
    assert told.lines() == BEGUN
    told.end(83, "complete", 4.0)
    (line,) = told.lines()
    assert "; 82 infeasible draws, such as trial 1: 1 is too many  (" in line
    assert line.startswith("[1/20] trial 83 complete  accuracy 0.5000  3 s; ")


def test_nothing_but_infeasible_draws_is_told_every_ten_seconds(told: Told) -> None:
    told.lines()
    for number in range(1, 301):
        told.end(number, "infeasible", number / 10, None)
    lines = told.lines()
    assert len(lines) == 3
    assert lines[-1].startswith("[0/20] 100 infeasible draws, such as trial ")


def test_only_who_pressed_ctrl_c_is_told_to_press_it_again(told: Told) -> None:
    told.view.pausing("time limit")
    told.stop.set()
    told.view.pausing("interrupted")
    told.stop.by_ctrl_c = True
    told.view.pausing("interrupted")
    step = "running trials stop at their next reporting step"
    assert told.lines()[1:] == [
        f"time is up: {step}",
        f"stopping: {step}",
        f"stopping: {step} (Ctrl-C again stops now)",
    ]


def test_trainings_of_the_final_model_are_counted_and_the_last_is_told(told: Told) -> None:
    told.lines()
    for at in range(1, 41):
        told.now = 5 + at / 10
        told.view.finalizing(FinalProgress(at / 4, 10))
    told.view.close()
    lines = [each.partition("  (")[0] for each in told.lines()]
    assert lines[-1] == "[10/10] trainings of the final model"
    assert len(lines) <= 6
