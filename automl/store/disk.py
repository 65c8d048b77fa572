"""Disks that are full, read-only or gone, and files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from automl.core.errors import StudyError
from automl.core.inspection import Inspection

# Full, over a quota, read-only, broken, gone, not ours.
_DISK_TROUBLE = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EIO,
    errno.ENOENT,
    errno.EACCES,
    errno.EPERM,
)
# Room that a trial needs: weights, moments of the optimiser and the best weights, of which a second
# copy is written before the first is replaced; and its curve, note and log.
BYTES_PER_WEIGHT = 4 * (2 * 4 + 1)
SMALL_FILES = 2**20


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: to a temporary name beside it, then renamed.

    Raises:
        OSError: if it cannot be written; what was there stays.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def check_room(study: Path, network: Inspection) -> None:
    """Check that the disk has room for all that a trial of ``network`` writes.

    Args:
        study: The folder of the trial's study.
        network: The trial's.

    Raises:
        StudyError: if it has not.
    """
    needed = SMALL_FILES + BYTES_PER_WEIGHT * network.size
    free = shutil.disk_usage(study).free
    if free < needed:
        raise StudyError(
            f"cannot write to {study}: its disk has {free / 2**20:.1f} MiB left, and a "
            f"trial may need {needed / 2**20:.1f} MiB; what has ended is kept. Free some, then "
            f"go on: automl resume {study.name}"
        )


@contextmanager
def writing(study: Path) -> Iterator[None]:
    """Tell in one line when the disk below a study's folder takes no more.

    Raises:
        StudyError: if something inside could not be written there.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_TROUBLE:
            raise
        raise StudyError(
            f"cannot write to {study}: {error.strerror}; what has ended is kept. Mend that, then "
            f"go on: automl resume {study.name}"
        ) from error


def not_writable(path: Path, error: OSError) -> StudyError:
    """The one line for a results folder that cannot be written."""
    return StudyError(
        f"cannot write to {path} ({error.strerror}); choose another folder with --results DIR"
    )
