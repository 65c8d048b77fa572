"""What the loop that runs trials asks of whoever gives it trials: a search, or the refits.

The loop itself is in ``automl.execution``. It gives trials to workers, tries those again that run
out of memory or lose their worker, and ends those that hang or whose time is up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from automl.core.executor import Measured
from automl.core.trial import Decision, TrialResult, TrialSpec

# Seconds without a heartbeat after which a trial counts as hung: no batch takes that long.
STALL_SECONDS = 600.0

# Times that a trial may be lost without a new report in between. A trial that kills its process
# every time must not be retried for ever; one that makes progress may be.
MOST_LOSSES = 3


@dataclass(frozen=True)
class TimeLimits:
    """How long a trial may take, in seconds.

    Args:
        trial: Seconds of training and validation in all, or None for no limit.
        stall: Seconds without a heartbeat.
    """

    trial: float | None = None
    stall: float = STALL_SECONDS

    def exceeded(self, seconds: float) -> str:
        """Reason to stop a trial that has taken ``seconds``, or ""."""
        if self.trial is None or seconds < self.trial:
            return ""
        return f"over its time: {seconds:.0f} s, and --trial-timeout is {self.trial:g} s"


class TrialSource(Protocol):
    """Gives trials to a loop, decides how they continue, and is told how they end."""

    @property
    def stopping(self) -> bool:
        """Whether no trial begins any more, and running ones pause at their next report."""

    @property
    def overdue(self) -> bool:
        """Whether running trials are not waited for any longer."""

    def next(self) -> TrialSpec | None:
        """The next trial for a free slot; None if there is none now."""

    def begin(self, spec: TrialSpec) -> Any:
        """An attempt at a trial goes to a worker.

        Args:
            spec: Spec of the attempt, which may split batches that the trial's own does not.

        Returns:
            The dataset that the trial is trained on.
        """

    def measure(self, event: Measured) -> None:
        """A trial reported, and waits for a decision."""

    def decisions(self) -> Iterable[tuple[int, Decision]]:
        """The decisions that are due, each with its trial's number; each is given once."""

    def lose(self, number: int) -> int:
        """Count that a trial was lost with its worker.

        Returns:
            Number of losses since the trial's last new report.
        """

    def end(self, spec: TrialSpec, result: TrialResult) -> None:
        """A trial ended; ``spec`` is that of its last attempt."""

    def heartbeat(self, number: int) -> float | None:
        """Time of a trial's last heartbeat, by its machine's clock; None before the first."""


# Runs the trials of a source to their ends, within time limits for each of them.
RunTrials = Callable[[TrialSource, TimeLimits], None]
