"""Trackers in the background: what they are told, and that the search goes on whatever they do."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tracked_trials import small_trial, step

from automl.core.trial import Measurement
from automl.tracking.tracker import (
    BackgroundTracker,
    TrackedTrial,
    Tracker,
    TrialEnd,
    TrialTracker,
    finish,
)


@dataclass
class Memory(Tracker):
    """Remembers all that it is told; fails at a step, and waits at another."""

    told: list[object] = field(default_factory=list)
    fails_at: int = -1
    waits_at: int = -1
    go_on: threading.Event = field(default_factory=threading.Event)
    abandoned: bool = False

    def begin(self, trial: TrackedTrial) -> TrialTracker:
        self.told.append(("begin", trial.number))
        return MemoryTrack(self, trial.number)

    def abandon(self) -> None:
        self.abandoned = True

    @staticmethod
    def look(trials: Path) -> tuple[str, str] | None:
        return None


@dataclass
class MemoryTrack(TrialTracker):
    memory: Memory
    number: int

    def measure(self, measurement: Measurement) -> None:
        if measurement.step == self.memory.waits_at:
            self.memory.go_on.wait()
        if measurement.step == self.memory.fails_at:
            raise ConnectionError("the server\nis gone")
        self.memory.told.append((self.number, measurement.step))

    def end(self, ending: TrialEnd) -> None:
        self.memory.told.append((self.number, ending.status))


def ended(trackers: list[BackgroundTracker], hurry: bool = False) -> list[str]:
    """What is said until all of them have taken everything, or were given up."""
    said: list[str] = []
    finish(trackers, lambda: hurry, said.append)
    return said


def test_a_trial_from_its_beginning_to_its_end(tmp_path: Path) -> None:
    memory = Memory()
    background = BackgroundTracker("memory", memory)
    background.begin(small_trial(tmp_path))
    background.measure(3, step(1))
    background.end(3, TrialEnd("complete"))
    assert ended([background]) == []
    assert memory.told == [("begin", 3), (3, 1), (3, "complete")]
    assert not memory.abandoned


@given(st.lists(st.integers(1, 9)))
def test_a_step_is_passed_on_once_and_in_order_whatever_is_handed_up_again(
    steps: list[int],
) -> None:
    memory = Memory()
    background = BackgroundTracker("memory", memory)
    background.begin(TrackedTrial("s", 3, {}, {}, "accuracy", Path()))
    for number in steps:
        background.measure(3, step(number))
    ended([background])
    passed = [number for _, number in memory.told[1:-1]]
    assert passed == sorted(set(passed))
    assert set(passed) <= set(steps)
    assert not steps or max(passed) == max(steps)


def test_a_trial_that_begins_again_is_told_from_its_first_step(tmp_path: Path) -> None:
    memory = Memory()
    background = BackgroundTracker("memory", memory)
    for status in ("paused", "complete"):
        background.begin(small_trial(tmp_path))
        background.measure(3, step(1))
        background.end(3, TrialEnd(status))
    ended([background])
    once = [("begin", 3), (3, 1)]
    assert memory.told == [*once, (3, "paused"), *once, (3, "complete")]


def test_a_trial_that_never_began_is_not_tracked() -> None:
    memory = Memory()
    background = BackgroundTracker("memory", memory)
    background.end(5, TrialEnd("infeasible"))
    ended([background])
    assert memory.told == []


def test_a_trial_that_the_search_leaves_waits(tmp_path: Path) -> None:
    memory = Memory()
    background = BackgroundTracker("memory", memory)
    background.begin(small_trial(tmp_path))
    ended([background])
    assert memory.told == [("begin", 3), (3, "paused")]


def test_a_tracker_that_fails_is_told_of_once_and_is_left_alone(tmp_path: Path) -> None:
    broken, sound = Memory(fails_at=2), Memory()
    trackers = [BackgroundTracker("broken", broken), BackgroundTracker("sound", sound)]
    for each in trackers:
        each.begin(small_trial(tmp_path))
        for number in (1, 2, 3):
            each.measure(3, step(number))
    said = ended(trackers)
    assert said == [
        "broken: tracking ends here, the search continues (ConnectionError: the server is gone)"
    ]
    assert broken.told == [("begin", 3), (3, 1)]
    assert broken.abandoned
    assert sound.told == [("begin", 3), (3, 1), (3, 2), (3, 3), (3, "paused")]


def test_a_tracker_that_hangs_holds_up_neither_the_search_nor_another_nor_the_end(
    tmp_path: Path,
) -> None:
    hung, sound = Memory(waits_at=1), Memory()
    trackers = [BackgroundTracker("hung", hung), BackgroundTracker("sound", sound)]
    for each in trackers:
        each.begin(small_trial(tmp_path))
        for number in (1, 2):
            each.measure(3, step(number))
    said = ended(trackers, hurry=True)
    assert said == ["hung: did not receive everything in time; the study itself is complete"]
    assert hung.abandoned
    assert sound.told == [("begin", 3), (3, 1), (3, 2), (3, "paused")]
    hung.go_on.set()


def test_a_slow_tracker_is_waited_for_with_a_word(tmp_path: Path) -> None:
    memory = Memory(waits_at=1)
    background = BackgroundTracker("slow", memory)
    background.begin(small_trial(tmp_path))
    background.measure(3, step(1))
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        memory.go_on.set()

    finish([background], lambda: False, say)
    assert said == ["waiting for slow to receive the rest (Ctrl-C skips it)"]
    assert memory.told == [("begin", 3), (3, 1), (3, "paused")]
    assert not memory.abandoned


def test_nobody_has_the_time_any_more(tmp_path: Path) -> None:
    memory = Memory(waits_at=1)
    background = BackgroundTracker("slow", memory)
    background.begin(small_trial(tmp_path))
    background.measure(3, step(1))
    stop = threading.Event()
    finish([background], stop.is_set, lambda text: stop.set())
    assert memory.abandoned
    memory.go_on.set()


def test_a_second_signal_ends_the_waiting_but_leaves_nothing_behind(tmp_path: Path) -> None:
    memory = Memory(waits_at=1)
    background = BackgroundTracker("slow", memory)
    background.begin(small_trial(tmp_path))
    background.measure(3, step(1))

    def interrupted() -> bool:
        raise KeyboardInterrupt

    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        finish([background], interrupted, said.append)
    assert said == ["slow: did not receive everything in time; the study itself is complete"]
    assert memory.abandoned
    memory.go_on.set()


@pytest.mark.parametrize("trackers", [[], [Memory()]])
def test_nothing_was_tracked(trackers: list[Memory]) -> None:
    assert ended([BackgroundTracker("idle", each) for each in trackers]) == []
