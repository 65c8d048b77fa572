"""Trials in this process on as many slots as a test likes, advanced in a random order."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from automl.core.executor import Finished, Measured
from automl.core.trial import Decision, Status, Trial, TrialResult, TrialSpec

Fate = Callable[[TrialSpec, int], Status | None]


def spared(spec: TrialSpec, step: int) -> Status | None:
    """Nothing ever happens."""
    return None


class SlotsExecutor:
    """Runs trials side by side; what takes a step next is a matter of chance.

    Args:
        run: Runs a trial.
        slots: How many at once.
        seed: Of the order.
        fate: What becomes of a trial before a step: LOST, OUT_OF_MEMORY, or None for nothing.
    """

    shares_memory = True
    device = "slots"

    def __init__(
        self,
        run: Callable[[TrialSpec, Any], Trial],
        slots: int,
        seed: int = 0,
        fate: Fate = spared,
    ) -> None:
        self.slots, self._run, self._fate, self._random = slots, run, fate, Random(seed)
        self._trials: dict[int, Trial] = {}
        self._specs: dict[int, TrialSpec] = {}
        self._steps: dict[int, int] = {}
        self._due: dict[int, Decision | None] = {}
        self._cancelled: dict[int, str] = {}
        self.submitted: list[tuple[TrialSpec, bool]] = []

    def submit(self, spec: TrialSpec, data: Any, alone: bool = False) -> None:
        assert len(self._trials) < self.slots
        self.submitted.append((spec, alone))
        self._specs[spec.number], self._steps[spec.number] = spec, 0
        self._trials[spec.number] = self._run(spec, data)
        self._due[spec.number] = None

    def poll(self, timeout: float) -> list[Measured | Finished]:
        if self._cancelled:
            number, reason = self._cancelled.popitem()
            return [self._end(TrialResult(number, Status.LOST, reason=reason))]
        if not self._due:
            return []
        number = self._random.choice(sorted(self._due))
        decision = self._due.pop(number)
        fate = self._fate(self._specs[number], self._steps[number])
        if fate is not None:
            return [self._end(TrialResult(number, fate, reason="fate", violation=0.5))]
        try:
            measurement = self._trials[number].send(decision)  # type: ignore[arg-type]
        except StopIteration as end:
            return [self._end(end.value)]
        self._steps[number] = measurement.step
        return [Measured(number, measurement)]

    def answer(self, number: int, decision: Decision) -> None:
        self._due[number] = decision

    def cancel(self, number: int, reason: str) -> None:
        self._due.pop(number, None)
        self._cancelled[number] = reason

    def close(self) -> None:
        self._trials.clear()

    def _end(self, result: TrialResult) -> Finished:
        del self._trials[result.number]
        return Finished(result)
