"""Where studies are kept: a journal file in results/, or any Optuna URL."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from automl.core.errors import StudyError

# The journal's own numbers for "a trial changed its state" and "a trial was created".
_DURABLE_OPERATIONS = {4, 6}


class KernelLock(JournalFileOpenLock):
    """A lock that the kernel drops when its process dies, so that no crash leaves a stale one."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._path = path.with_name(f"{path.name}.lock")
        self._descriptor = -1

    def acquire(self) -> bool:
        """Wait for the lock."""
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o644)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        return True

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._descriptor)


class JournalFile(JournalFileBackend):
    """Optuna's journal on a file, synced to the disk when a trial begins or ends.

    What lies between (parameters, reports) is handed to the operating system at once, which
    keeps it if this process dies; only a power cut could lose it, and then the trial is begun
    again. Syncing every line costs several times the rest of the search's own work.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file_lock = KernelLock(path)
        super().__init__(str(path), lock_obj=self._file_lock)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations to the file."""
        if any(log["op_code"] in _DURABLE_OPERATIONS for log in logs):
            super().append_logs(logs)
            return
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        self._file_lock.acquire()
        try:
            with self._path.open("ab", buffering=0) as file:
                file.write(lines.encode())
        finally:
            self._file_lock.release()


def open_storage(where: Path | str) -> BaseStorage:
    """Open a journal file (a Path, made if missing) or a database (an Optuna URL).

    Raises:
        StudyError: if it cannot be opened.
    """
    try:
        if isinstance(where, Path):
            return JournalStorage(JournalFile(where))
        return optuna.storages.get_storage(where)
    except Exception as error:  # each database driver raises its own
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise StudyError(f"cannot open the study storage {where}: {reason}") from error
