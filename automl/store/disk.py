"""Errors of disks that are full, read-only or gone."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from automl.core.errors import StudyError
from automl.core.objectives import NetworkProfile
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
