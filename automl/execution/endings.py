"""How an attempt ended that came to no result of its own, in plain words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from automl.core.trial import Status

# What Python's fault handler, which Ray turns on in its workers, writes before a crash.
_CRASH = re.compile(r"^Fatal Python error: (.+)$", re.MULTILINE)
# What Ray writes when it ends a worker itself, for the others' sake; "used" and "limit" are new.
_OUT_OF_MEMORY = re.compile(r"was ([\d.]+)(\w*)(?: used)? / ([\d.]+)(\w*)")
_EXIT_CODE = re.compile(r"exit code (\d+)")

# Ray ends a worker just before the memory is full: by how much a trial would have gone over is
# not known then, only that it would.
_LEAST_VIOLATION = 0.01


@dataclass(frozen=True)
class Ending:
    """What a result says of an attempt that could not tell its own end.

    Args:
        status: FAILED, LOST or OUT_OF_MEMORY.
        reason: Why, in words.
        violation: As of TrialResult.
    """

    status: Status
    reason: str
    violation: float = 0.0


def lost(reason: str) -> Ending:
    """The end of an attempt whose worker is gone, or was sent away."""
    return Ending(Status.LOST, reason)


def of_exception(error: BaseException) -> Ending:
    """The end when an exception came out of a trial: ``"ValueError: boo"``."""
    return Ending(Status.FAILED, f"{type(error).__name__}: {error}")


def of_death(message: str, log: str | None) -> Ending:
    """The end when a worker's process is gone.

    Args:
        message: What Ray says about it.
        log: The worker's standard error, a file of this machine, or None.
    """
    if memory := _OUT_OF_MEMORY.search(message):
        used, limit = float(memory[1]), float(memory[3])
        reason = (
            "worker died: ended because memory ran low "
            f"({memory[1]}{memory[2]} of {memory[3]}{memory[4]} used)"
        )
        return Ending(Status.OUT_OF_MEMORY, reason, max(used / limit - 1, _LEAST_VIOLATION))
    return lost(f"worker died: {_cause(message, log)}")


def is_of_node(message: str) -> bool:
    """Whether Ray says that a worker's whole machine is gone, or out of reach."""
    return "is unavailable" in message or "node has died" in message


def _cause(message: str, log: str | None) -> str:
    if crash := _CRASH.search(_read(log)):
        return f"crashed with {crash[1]!r}; its last words are in {log}"
    if "SIGTERM" in message:
        return "ended by signal 15 (SIGTERM)"
    if code := _EXIT_CODE.search(message):
        return f"exited with code {code[1]}"
    if is_of_node(message):
        return "out of reach, as when its machine is gone"
    # Only a kill leaves no trace at all.
    return "killed by signal 9 (SIGKILL), most often because memory ran out"


def _read(log: str | None) -> str:
    try:
        return Path(log).read_text(errors="replace") if log else ""
    except OSError:
        return ""  # the worker was on another machine
