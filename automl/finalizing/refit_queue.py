"""The trainings of finalists, as the loop that runs trials takes them: one after the other."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from automl.core.executor import Measured
from automl.core.final import RunningRefit
from automl.core.trial import CONTINUE, Decision, Status, TrialResult, TrialSpec, Verdict
from automl.finalizing.refits import Refit

_PAUSE = Decision(Verdict.PAUSE, "interrupted")

# Is told the number of finished trainings, with the finished fractions of running ones, and those.
TellProgress = Callable[[float, tuple[RunningRefit, ...]], None]


class RefitQueue:
    """The trainings that have not ended yet; their folders get the results.

    Args:
        fits: Trainings with distinct numbers, of which some may have ended in earlier runs.
        steps: Reporting steps of a full training.
        stop: Function that says whether running trainings pause at their next report and no other
            begins.
        progress: Function that is told how far the trainings are.
    """

    def __init__(
        self, fits: Sequence[Refit], steps: int, stop: Callable[[], bool], progress: TellProgress
    ) -> None:
        self._fits = {fit.spec.number: fit for fit in fits}
        self._steps, self._stop, self._progress = steps, stop, progress
        self._waiting = deque(fit for fit in fits if fit.result() is None)
        self._fractions = {number: 1.0 for number, fit in self._fits.items() if fit.result()}
        self._under_way: dict[int, RunningRefit] = {}
        self._measured: list[int] = []  # trainings that wait for a decision
        self._reached: dict[int, int] = {}  # last step that a training reported
        self._losses: Counter[int] = Counter()
        self._advance({})

    @property
    def stopping(self) -> bool:
        """Whether the trainings were stopped."""
        return self._stop()

    @property
    def overdue(self) -> bool:
        """False: running trainings are waited for until their next report."""
        return False

    @property
    def ended(self) -> bool:
        """Whether all trainings have a result."""
        return all(fit.result() is not None for fit in self._fits.values())

    def next(self) -> TrialSpec | None:
        """The next training, to be continued from its checkpoint if there is one."""
        return self._waiting.popleft().begin().spec if self._waiting else None

    def begin(self, spec: TrialSpec) -> Any:
        """Count the training as running."""
        fit = self._fits[spec.number]
        self._under_way[spec.number] = RunningRefit(fit.name)
        self._advance({})
        return fit.data

    def measure(self, event: Measured) -> None:
        """Show how far the training is."""
        number, step = event.number, event.measurement.step
        if step > self._reached.get(number, 0):
            self._reached[number] = step
            self._losses.pop(number, None)
        self._under_way[number] = self._running(event)
        self._advance({number: step / self._steps})
        self._measured.append(number)

    def decisions(self) -> Iterator[tuple[int, Decision]]:
        """Each training continues unless all are stopped; none is pruned."""
        while self._measured:
            yield self._measured.pop(0), _PAUSE if self._stop() else CONTINUE

    def lose(self, number: int) -> int:
        """Count that a training was lost with its worker."""
        self._losses[number] += 1
        return self._losses[number]

    def end(self, spec: TrialSpec, result: TrialResult) -> None:
        """Keep the result, unless the training waits to be continued."""
        del self._under_way[spec.number]
        if result.status is not Status.PAUSED:
            self._fits[spec.number].end(result)
            self._advance({spec.number: 1.0})

    def heartbeat(self, number: int) -> float | None:
        """Time of the training's last heartbeat."""
        return self._fits[number].heartbeat

    def _running(self, event: Measured) -> RunningRefit:
        now, fit = event.measurement, self._fits[event.number]
        epochs = now.epoch * self._steps / now.step
        # The last training sees the validation data, so its metrics say nothing about new data.
        measured = now.metrics.get(fit.spec.metric) if fit.spec.guide is None else None
        return RunningRefit(fit.name, now.epoch, epochs, measured)

    def _advance(self, fractions: Mapping[int, float]) -> None:
        self._fractions.update(fractions)
        running = (self._under_way[number] for number in sorted(self._under_way))
        self._progress(sum(self._fractions.values()), tuple(running))
