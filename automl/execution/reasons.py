"""Why a trial ended without a result of its own, in plain words."""

from __future__ import annotations

import re
from pathlib import Path

# What Python's fault handler, which Ray turns on in its workers, writes before a crash.
_CRASH = re.compile(r"^Fatal Python error: (.+)$", re.MULTILINE)
# What Ray writes when it ends a worker itself, for the others' sake; "used" and "limit" are new.
_OUT_OF_MEMORY = re.compile(r"was (\d\S*)(?: used)? / (\d\S*)")
_EXIT_CODE = re.compile(r"exit code (\d+)")


def of_exception(error: BaseException) -> str:
    """The reason when an exception came out of a trial: ``"ValueError: boo"``."""
    return f"{type(error).__name__}: {error}"


def of_death(message: str, log: str | None) -> str:
    """The reason when a worker's process is gone.

    Args:
        message: What Ray says about it.
        log: The worker's standard error, a file of this machine, or None.
    """
    if memory := _OUT_OF_MEMORY.search(message):
        return f"worker died: ended because memory ran low ({memory[1]} of {memory[2]} used)"
    if crash := _CRASH.search(_read(log)):
        return f"worker died: crashed with {crash[1]!r}; its last words are in {log}"
    if "SIGTERM" in message:
        return "worker died: ended by signal 15 (SIGTERM)"
    if code := _EXIT_CODE.search(message):
        return f"worker died: exited with code {code[1]}"
    # Only a kill leaves no trace at all.
    return "worker died: killed by signal 9 (SIGKILL), most often because memory ran out"


def _read(log: str | None) -> str:
    try:
        return Path(log).read_text(errors="replace") if log else ""
    except OSError:
        return ""  # the worker was on another machine
