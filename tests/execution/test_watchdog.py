"""Trials that hang, or whose time is up, are ended; a clock that somebody sets ends none."""

from __future__ import annotations

from pathlib import Path

from slots_executor import SlotsExecutor
from toy import Toy, ToySpace, run_toy

from automl.core.distributions import Range
from automl.core.executor import Finished, Measured, TimeLimits
from automl.core.trial import Measurement
from automl.execution.trial_loop import TrialWatchdog


class Clocks:
    """Our clock, and the pulse of the one trial there is."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pulse: float | None = None


def watch(limits: TimeLimits) -> tuple[Clocks, TrialWatchdog]:
    clocks = Clocks()
    watchdog = TrialWatchdog(limits, lambda number: clocks.pulse, lambda: clocks.now)
    watchdog.begin(0)
    return clocks, watchdog


def test_a_trial_hangs_when_its_pulse_stops() -> None:
    clocks, watchdog = watch(TimeLimits(stall=60))
    clocks.now += 500  # it waits for a worker
    assert not watchdog.hangs(0)
    clocks.pulse = 7.0
    for _ in range(20):
        clocks.now, clocks.pulse = clocks.now + 50, clocks.pulse + 50
        assert not watchdog.hangs(0)
    clocks.now += 61
    assert watchdog.hangs(0) == "hung: no sign of life for 61 s"


def test_a_clock_that_is_set_back_is_a_sign_of_life_like_any_other() -> None:
    clocks, watchdog = watch(TimeLimits(stall=60))
    for pulse in (1e9, 1e9 - 86400, 5.0, 1e10):
        clocks.pulse, clocks.now = pulse, clocks.now + 59
        assert not watchdog.hangs(0)


def test_a_trial_that_stands_still_does_not_hang() -> None:
    clocks, watchdog = watch(TimeLimits(trial=10, stall=60))
    clocks.pulse = 1.0
    assert not watchdog.hangs(0)
    watchdog.measure(0, Measurement(1, 1.0, {}, 5.0))
    clocks.now += 1000
    assert not watchdog.hangs(0)
    assert not watchdog.expires(0)
    watchdog.go_on(0)
    clocks.now += 61
    assert watchdog.hangs(0)


def test_time_is_up_a_little_after_it_was_time_to_report() -> None:
    clocks, watchdog = watch(TimeLimits(trial=100))
    clocks.pulse = 1.0
    watchdog.hangs(0)
    watchdog.measure(0, Measurement(1, 1.0, {}, 90.0))
    watchdog.go_on(0)
    clocks.now += 29
    assert not watchdog.expires(0)
    clocks.now += 2
    assert watchdog.expires(0) == "over its time: 121 s, and --trial-timeout is 100 s"


def test_a_trial_over_its_time_is_stopped_at_its_report(tmp_path: Path) -> None:
    study = Toy(tmp_path, trials=2, limits=TimeLimits(trial=0.015)).begin().study
    assert [each.status for each in study.trials] == ["pruned", "pruned"]
    assert study.trials[0].reason == "over its time: 0 s, and --trial-timeout is 0.015 s"
    assert study.trials[0].epoch == 0.5


class Hanging(SlotsExecutor):
    """Trial 1 shows one pulse and is then never heard of again, the first few times."""

    def __init__(self, root: Path, times: int) -> None:
        super().__init__(run_toy, 2)
        self._pulse = root / "toy/trials/0001/pulse"
        self._times = times

    def poll(self, timeout: float) -> list[Measured | Finished]:
        if 1 in self._due and self._times:
            self._due.pop(1)
            self._times -= 1
            self._pulse.touch()
        return super().poll(timeout)


def test_a_hung_trial_is_begun_again_and_the_others_never_notice(tmp_path: Path) -> None:
    space, limits = ToySpace({"x": Range(0.0, 1.0)}), TimeLimits(stall=0.2)
    toy = Toy(tmp_path, space, trials=4, limits=limits, executor=lambda: Hanging(tmp_path, 2))
    study = toy.begin().study
    assert [each.status for each in study.trials] == ["complete"] * 4


def test_one_that_hangs_each_time_fails_with_its_reason(tmp_path: Path) -> None:
    space, limits = ToySpace({"x": Range(0.0, 1.0)}), TimeLimits(stall=0.2)
    toy = Toy(tmp_path, space, trials=4, limits=limits, executor=lambda: Hanging(tmp_path, 99))
    study = toy.begin().study
    assert study.trials[1].status == "failed"
    assert study.trials[1].reason == "hung: no sign of life for 0 s; given up after 3 attempts"
    assert study.count("complete") == 3
