"""What a trial may cost in a search with a time limit."""

from __future__ import annotations

import time

# One trial may take this share of a time-limited search, so that each worker sees several.
TRIAL_SHARE = 0.25
# After the time limit, trials may come to their next reporting step for this long.
GRACE_SECONDS = 20.0


class Budget:
    """Weighs what trials cost against the time a search has.

    Args:
        timeout: Seconds the search may take, or None.
        weighs: Whether trials that cost too much of it are stopped or not begun.
    """

    def __init__(self, timeout: float | None, weighs: bool = True) -> None:
        self.timeout, self._weighs = timeout, weighs
        self._started = time.monotonic()
        self._fastest: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self._started

    @property
    def over(self) -> bool:
        """Whether the time limit is reached."""
        return self.timeout is not None and self.elapsed >= self.timeout

    @property
    def overdue(self) -> bool:
        """Whether running trials have had their time to come to a reporting step, too."""
        return self.timeout is not None and self.elapsed >= self.timeout + GRACE_SECONDS

    def learn(self, flops: int, seconds: float, epochs: float) -> None:
        """Note what a trial cost: ``seconds`` for ``epochs`` of a network of ``flops``."""
        if flops and epochs:
            rate = seconds / (flops * epochs)
            self._fastest = min(rate, self._fastest or rate)

    def refuses(self, flops: int, epochs: int) -> str:
        """Why a network is too slow to be begun, or "" if it is not.

        The fastest rate seen so far is taken, so that a network is refused only when even that
        would not do.
        """
        if self._fastest is None:
            return ""
        return self._too_long(self._fastest * flops * epochs)

    def stops(self, seconds: float, step: int, steps: int) -> str:
        """Why a running trial takes too long, or "" if it does not."""
        if self._fastest is None:  # the first trial of all may always end
            return ""
        return self._too_long(seconds * steps / step)

    def _too_long(self, seconds: float) -> str:
        if not self._weighs or self.timeout is None or seconds <= self.timeout * TRIAL_SHARE:
            return ""
        return (
            f"too slow: about {seconds:.0f} s for a whole trial; "
            f"{self.timeout * TRIAL_SHARE:.0f} s is a quarter of --timeout"
        )
