"""Why an attempt failed that has no result of its own: an exception, or the death of its worker."""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from pathlib import Path

from automl.core.trial import Status

# Written by Python's fault handler, which Ray enables in its workers, before a crash.
_CRASH = re.compile(r"^Fatal Python error: (.+)$", re.MULTILINE)

# Written by Ray when it kills a worker to save the others; "used" is in newer versions only.
_OUT_OF_MEMORY = re.compile(r"was ([\d.]+)(\w*)(?: used)? / ([\d.]+)(\w*)")

_EXIT_CODE = re.compile(r"exit code (\d+)")

# Ray kills a worker just before memory is full: how much more the trial needed is not known.
_LEAST_VIOLATION = 0.01


@dataclass(frozen=True)
class WorkerFailure:
    """Why an attempt failed, as its result will say it.

    Args:
        status: FAILED, LOST or OUT_OF_MEMORY.
        reason: Reason in words.
        violation: Violation as in ``TrialResult``.
    """

    status: Status
    reason: str
    violation: float = 0.0


def lost(reason: str) -> WorkerFailure:
    """The worker is gone, or was dismissed."""
    return WorkerFailure(Status.LOST, reason)


def of_exception(error: BaseException) -> WorkerFailure:
    """The trial raised an exception: ``"ValueError: boo"``."""
    return WorkerFailure(Status.FAILED, f"{type(error).__name__}: {error}")


def of_death(message: str, log: str | None) -> WorkerFailure:
    """A Ray worker's process died.

    Args:
        message: Message of Ray about it.
        log: File of the worker's standard error on this machine, or None.
    """
    if memory := _OUT_OF_MEMORY.search(message):
        used, limit = float(memory[1]), float(memory[3])
        reason = (
            "worker died: ended because memory ran low "
            f"({memory[1]}{memory[2]} of {memory[3]}{memory[4]} used)"
        )
        return WorkerFailure(Status.OUT_OF_MEMORY, reason, max(used / limit - 1, _LEAST_VIOLATION))
    return lost(f"worker died: {_cause(message, log)}")


def of_exit(code: int, log: str) -> WorkerFailure:
    """A process of this machine ended.

    Args:
        code: Exit code; the negative number of the signal that killed it, if one did.
        log: File of its standard error.
    """
    if code == -signal.SIGTERM:
        return lost("worker died: ended by signal 15 (SIGTERM)")
    return lost(f"worker died: {_cause(f'exit code {code}' if code >= 0 else '', log)}")


def is_of_node(message: str) -> bool:
    """Whether a message of Ray says that a worker's whole machine is gone or unreachable."""
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
    # Only SIGKILL leaves no trace at all.
    return "killed by signal 9 (SIGKILL), most often because memory ran out"


def _read(log: str | None) -> str:
    try:
        return Path(log).read_text(errors="replace") if log else ""
    except OSError:
        return ""  # the worker was on another machine
