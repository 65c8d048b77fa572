"""Where studies are kept: a journal file in results/, or any Optuna URL."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from automl.core.errors import StudyError

# The journal is synced to the disk this often, in seconds.
SYNC_INTERVAL = 1.0


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
    """Optuna's journal on a file, synced to the disk once a second rather than at every line.

    A line is with the operating system at once, which keeps it whatever becomes of this process;
    only a power cut could lose the last second, and a trial lost so is begun again. Syncing each
    line took longer than all the rest of the search's own work.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kernel_lock = KernelLock(path)
        self._synced = time.monotonic()
        self._known = (0, 0)  # the next line's number, and the size of the file up to it
        super().__init__(str(path), lock_obj=self._kernel_lock)

    def read_logs(self, log_number_from: int) -> Generator[dict[str, Any], None, None]:
        """The operations from a number on; a file that has not grown is not opened again."""
        size = self._path.stat().st_size
        if (log_number_from, size) == self._known:
            return
        number = log_number_from
        for log in super().read_logs(log_number_from):
            number += 1
            yield log
        self._known = (number, size)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations to the file."""
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        self._kernel_lock.acquire()
        try:
            with self._path.open("ab", buffering=0) as file:
                file.write(lines.encode())
                self._sync(file.fileno())
        finally:
            self._kernel_lock.release()

    def _sync(self, descriptor: int) -> None:
        now = time.monotonic()
        if now - self._synced >= SYNC_INTERVAL:
            os.fsync(descriptor)
            self._synced = now


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
