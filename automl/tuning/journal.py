"""The journal file, which survives whatever becomes of the processes that write it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from automl.core.errors import StudyError
from automl.tuning.lock import locked

# The journal is synced to the disk this often, in seconds, and whenever a trial ends.
SYNC_INTERVAL = 1.0
_ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
# So much of the file's end at a time is looked through for its last whole line.
BLOCK = 2**20


class JournalFile(JournalFileBackend):
    """Optuna's journal on a file, synced to the disk once a second and when a trial ends.

    A line is with the operating system at once, which keeps it whatever becomes of this process;
    only a power cut could lose the last second, and never the end of a trial. Syncing each line
    took longer than all the rest of the search's own work.

    A line that a dying process or a full disk cut short is taken off before the next is written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock_path = path.with_name(f"{path.name}.lock")
        self._synced = time.monotonic()
        self._known = (0, 0)  # the next line's number, and the size of the file up to it
        super().__init__(str(path))

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """The operations from a number on; a file that has not grown is not opened again.

        Raises:
            StudyError: if a line of it is none of a journal's.
        """
        if (log_number_from, self._path.stat().st_size) == self._known:
            return
        number = log_number_from
        try:
            for log in super().read_logs(log_number_from):
                number += 1
                yield log
        except ValueError as error:
            raise StudyError(
                f"{self._path}:{number + 1}: is damaged ({error}); what is before that line can be "
                f"kept: head -n {number} {self._path} > kept.journal"
            ) from error
        self._known = (number, self._log_number_offset.get(number, -1))

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations to the file: all of them, or none."""
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        with locked(self._lock_path), self._path.open("r+b", buffering=0) as file:
            end = _end_of_last_line(file.fileno())
            try:
                file.truncate(end)
                file.seek(end)
                _write(file.fileno(), lines)
            except BaseException:
                file.truncate(end)
                raise
            ended = any(log.get("state") in _ENDED for log in logs)
            if ended or time.monotonic() - self._synced >= SYNC_INTERVAL:
                os.fsync(file.fileno())
                self._synced = time.monotonic()


def _write(descriptor: int, content: bytes) -> None:
    """Write all of it: a full disk first takes a part, and says so only at the next try."""
    while content:
        content = content[os.write(descriptor, content) :]


def _end_of_last_line(descriptor: int) -> int:
    """The size of the file without a last line that was cut short."""
    end = os.fstat(descriptor).st_size
    if not end or os.pread(descriptor, 1, end - 1) == b"\n":
        return end
    while end:
        start = max(0, end - BLOCK)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
