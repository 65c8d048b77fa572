"""Where the making of a final model stands, as views show it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from automl.core.text import duration

# An estimate of the time left is shown once so much was trained in this run: half a training.
ENOUGH = 0.5


@dataclass
class FitProgress:
    """Follows the trainings that a final model takes.

    Args:
        total: How many there are.
        before: How many earlier runs have done.
        done: How many are done; a half is half of one.
        started: When they began, by a clock that only goes forward.
    """

    total: int
    before: float
    done: float
    started: float = field(default_factory=time.monotonic)

    @property
    def whole(self) -> int:
        """How many are done from beginning to end."""
        return int(self.done + 1e-9)  # a sum of parts may be a little less than what it is

    def time_left(self) -> str:
        """About how long it still takes, from the pace of this run; "" while unknown."""
        trained = self.done - self.before
        if trained < ENOUGH:
            return ""
        elapsed = time.monotonic() - self.started
        return f"about {duration(elapsed * (self.total - self.done) / trained)} left"
