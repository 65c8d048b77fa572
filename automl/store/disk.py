"""The disk of a results folder: its errors, and the count of how often test splits were opened."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from automl.core.errors import StudyError
from automl.core.machine import locked
from automl.core.records import NetworkProfile
from automl.core.text import shell_word

# Full, over a quota, read-only, broken, gone, no permission.
_DISK_TROUBLE = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EIO,
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
)
# Room that a trial needs: weights, two optimiser moments and the best weights, each written anew
# before the old one is replaced; and its curve, description and log.
BYTES_PER_WEIGHT = 4 * (2 * 4 + 1)
SMALL_FILES = 2**20
# A line for each opening; beside the studies, which share it.
OPENINGS = "openings.jsonl"


def check_room(study: Path, network: NetworkProfile) -> None:
    """Check that the disk has room for all that a trial writes.

    Args:
        study: The folder of the trial's study.
        network: The trial's network.

    Raises:
        StudyError: if there is not enough room.
    """
    needed = SMALL_FILES + BYTES_PER_WEIGHT * network.num_parameters
    free = shutil.disk_usage(study).free
    if free < needed:
        raise StudyError(
            f"cannot write to {study}: its disk has {free / 2**20:.1f} MiB left, and a "
            f"trial may need {needed / 2**20:.1f} MiB; finished trials are kept. Free some "
            f"space, then continue: automl resume {shell_word(study.name)}"
        )


@contextmanager
def writing(study: Path) -> Iterator[None]:
    """Report in one line that a study's folder cannot be written.

    Raises:
        StudyError: if the block fails because of the disk.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_TROUBLE:
            raise
        if not study.exists():
            raise StudyError(
                f"{study} is gone: it or its disk was removed during the search. If it "
                f"comes back, continue: automl resume {study.name}"
            ) from error
        raise StudyError(
            f"cannot write to {study}: {error.strerror}; finished trials are kept. Fix that, "
            f"then continue: automl resume {shell_word(study.name)}"
        ) from error


def not_writable(path: Path, error: OSError) -> StudyError:
    """The error for a results folder that cannot be written."""
    return StudyError(
        f"cannot write to {path} ({error.strerror}); choose another folder with --results DIR"
    )


@dataclass(frozen=True)
class Openings:
    """The openings of test splits that a results folder knows of.

    Args:
        root: The results folder.
    """

    root: Path

    def note(self, data: str, split: str, by: str) -> None:
        """Record an opening before it happens, so that one that is interrupted counts too.

        It is on the disk when this returns, and other processes may write at the same time.

        Args:
            data: Fingerprint of the data.
            split: Identity of its test split.
            by: What opens it: ``"final model of cnn"``.

        Raises:
            StudyError: if it cannot be written.
        """
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        line = json.dumps({"data": data, "split": split, "by": by, "when": now})
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            path = self.root / OPENINGS
            with locked(path), path.open("a+b") as file:
                file.write(_after(file.fileno()) + line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise not_writable(self.root, error) from error

    def count(self, data: str, split: str) -> int:
        """How often a test split was opened; damaged lines do not count.

        Args:
            data: Fingerprint of the data.
            split: Identity of its test split.
        """
        try:
            lines = (self.root / OPENINGS).read_bytes().splitlines()
        except OSError:
            return 0
        return sum(_is_of(line, data, split) for line in lines)


def _after(descriptor: int) -> bytes:
    """A line end, if a power cut left the last line without one."""
    size = os.fstat(descriptor).st_size
    return b"" if not size or os.pread(descriptor, 1, size - 1) == b"\n" else b"\n"


def _is_of(line: bytes, data: str, split: str) -> bool:
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and (found.get("data"), found.get("split")) == (data, split)
