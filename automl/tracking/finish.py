"""Waits for trackers at the end of a search, within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from automl.tracking.background import Background

# Seconds that all trackers have, however much somebody waits for the program to end: of the ten
# after a SIGTERM, three are the trials' and some are the workers'.
PATIENCE = 2.0
# Seconds without any headway after which trackers are given up: the network is gone.
STALL = 60.0
_POLL = 0.02


def finish(
    trackers: Sequence[Background], hurry: Callable[[], bool], announce: Callable[[str], None]
) -> None:
    """Let trackers take what they were told last; give up those that do not.

    Args:
        trackers: All of them; nothing is passed on to them any more.
        hurry: Whether somebody waits for the program to end.
        announce: Is told what takes long, what failed and what was given up.
    """
    for each in trackers:
        each.close()
    try:
        _wait(trackers, PATIENCE)
        late = [each for each in trackers if each.busy]
        if late and not hurry():
            names = " and ".join(each.name for each in late)
            announce(f"waiting for {names} to take the rest (Ctrl-C leaves it)")
            while _gets_on(late, hurry):
                pass
    finally:  # also when a second signal ends the waiting
        for each in trackers:
            _part(each, announce)


def _wait(trackers: Sequence[Background], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(each.busy for each in trackers) and time.monotonic() < deadline:
        time.sleep(_POLL)


def _gets_on(trackers: Sequence[Background], hurry: Callable[[], bool]) -> bool:
    """Wait until something more is taken; False if nothing is, or nobody has the time."""
    before, deadline = _handled(trackers), time.monotonic() + STALL
    while any(each.busy for each in trackers) and not hurry() and time.monotonic() < deadline:
        if _handled(trackers) > before:
            return True
        time.sleep(_POLL)
    return False


def _handled(trackers: Sequence[Background]) -> int:
    return sum(each.handled for each in trackers)


def _part(tracker: Background, announce: Callable[[str], None]) -> None:
    tracker.heed(announce)
    if tracker.busy:
        announce(f"{tracker.name}: did not take everything in time; the study itself has it all")
    if tracker.busy or tracker.failed:
        tracker.abandon()
