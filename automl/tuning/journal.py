"""The journal file, which stays readable whatever happens to the processes that write it."""

from __future__ import annotations

import json
import os
import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

from optuna.storages.journal import BaseJournalBackend

from automl.core.errors import StudyError
from automl.core.machine import locked, sync
from automl.tuning.optuna_private import BatchJournalStorage, JournalOperation

# So much of the file's end at a time is looked through for its last whole line.
BLOCK = 2**20

# So many bytes before the place that it was read up to are known again in a file that was mended.
KNOWN_AGAIN = 2**9
# A file is synced at most once in so many seconds.
INTERVAL = 1.0


class DamagedJournal(StudyError):
    """A line of the journal cannot be read, though others follow it."""


class Journal(BatchJournalStorage):
    """Optuna's storage in a journal file.

    Args:
        file: The journal.

    Raises:
        DamagedJournal: if a line cannot be read, or the line that creates a trial is missing.
    """

    def __init__(self, file: JournalFile) -> None:
        super().__init__(file)
        if file.last_trial >= self.trial_count:
            raise DamagedJournal(f"trial {file.last_trial} of a journal was never begun")


class JournalFile(BaseJournalBackend):
    """Optuna's journal in a file, with a line of JSON for each operation.

    A line is with the operating system at once, which keeps it whatever becomes of this process;
    ``DiskSync`` has it on the disk within a second. A line that a dying process or a full disk cut
    short is taken off before the next is written.

    Args:
        path: The file; made if missing.

    Attributes:
        last_trial: The largest id of a trial in it; -1 while there is none.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.touch()
        self._path, self._lock_path = path, path.with_name(f"{path.name}.lock")
        self._syncing = DiskSync(path)
        self._number = self._end = 0  # lines that were read, and the size of the file up to there
        self.last_trial = -1
        self._tail = b""  # what stands before that place
        self._open()

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """The operations from a number on; the file is read again only if it has grown.

        Raises:
            DamagedJournal: if a line cannot be read.
            OSError: if the file is gone.
        """
        found = self._path.stat()
        if found.st_ino != self._inode:
            self._find_place_again()
        if log_number_from != self._number:  # a reader that begins anew
            self._number = self._end = 0
        elif found.st_size == self._end:
            return
        content = _read(self._file.fileno(), self._end)
        whole = content[: content.rfind(b"\n") + 1]
        for line in whole.split(b"\n")[:-1]:
            log = self._parse(line)
            self._number, self._end = self._number + 1, self._end + len(line) + 1
            self.last_trial = max(self.last_trial, log.get("trial_id", -1))
            if self._number > log_number_from:
                yield log
        self._tail = (self._tail + whole)[-KNOWN_AGAIN:]

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append operations to the file, all of them or none.

        Raises:
            OSError: if they cannot be written, or the file is gone.
        """
        lines = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        with locked(self._lock_path):
            if self._path.stat().st_ino != self._inode:
                self._find_place_again()
            with self._path.open("r+b", buffering=0) as file:
                _append(file.fileno(), lines)
        self._syncing.soon()

    def _open(self) -> None:
        self._file: FileIO = self._path.open("rb", buffering=0)  # also where nothing may be written
        self._inode = os.fstat(self._file.fileno()).st_ino
        weakref.finalize(self, self._file.close)

    def _find_place_again(self) -> None:
        """Continue in a repaired file that has replaced this one.

        Raises:
            StudyError: if the file does not contain what was read last.
        """
        self._file.close()
        self._open()
        place = _read(self._file.fileno(), 0).rfind(self._tail)
        if place < 0:
            raise StudyError(
                f"{self._path}: another file was put in its place; if it is the right one, go on "
                "by automl resume"
            )
        self._end = place + len(self._tail)

    def _parse(self, line: bytes) -> dict[str, Any]:
        try:
            log: dict[str, Any] = json.loads(line)
            JournalOperation(log["op_code"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise DamagedJournal(
                f"{self._path}:{self._number + 1}: is damaged; automl resume uses what is left"
            ) from error
        return log


def _read(descriptor: int, start: int) -> bytes:
    """The content of a file from ``start`` on."""
    parts, at = [], start
    while part := os.pread(descriptor, 2**24, at):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def _append(descriptor: int, lines: bytes) -> None:
    end = _end_of_last_line(descriptor)
    try:
        os.ftruncate(descriptor, end)
        _write(descriptor, lines, end)
    except BaseException:
        os.ftruncate(descriptor, end)
        raise


def _write(descriptor: int, content: bytes, place: int) -> None:
    """Write all of it; a full disk accepts a part first and fails at the next write."""
    while content:
        written = os.pwrite(descriptor, content, place)
        content, place = content[written:], place + written


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


@dataclass
class _SyncState:
    """State shared by the syncing thread and the writers.

    Args:
        path: The file.
        dirty: Whether it was written since it was synced.
        running: Whether there is a thread that will see that.
        error: Why it could not be synced, until that is told.
    """

    path: Path
    dirty: bool = False
    running: bool = False
    error: OSError | None = None
    guard: threading.Lock = field(default_factory=threading.Lock)


class DiskSync:
    """Syncs a file to the disk: at once after a quiet second, otherwise once a second.

    It is done beside: on an ordinary disk it takes longer than all the rest of a search's own work
    for a trial. What was written is with the system all the while; a power cut could lose the last
    second of it. When the program ends, what is left is synced.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._state = _SyncState(path)
        weakref.finalize(self, _sync_the_rest, self._state)

    def soon(self) -> None:
        """Have the file synced soon, because it was written.

        Raises:
            OSError: if that failed the last time.
        """
        state = self._state
        with state.guard:
            error, state.error = state.error, None
            state.dirty, begin = True, not state.running
            state.running = True
        if begin:
            threading.Thread(target=_sync_while_written, args=[state], daemon=True).start()
        if error is not None:
            raise error


def _sync_while_written(state: _SyncState) -> None:
    while True:
        with state.guard:
            if not state.dirty:
                state.running = False
                return
            state.dirty = False
        try:
            sync(state.path)
        except FileNotFoundError:
            pass  # whoever writes next will be told
        except OSError as error:
            state.error = error
        time.sleep(INTERVAL)


def _sync_the_rest(state: _SyncState) -> None:
    if state.dirty and state.path.exists():
        sync(state.path)
