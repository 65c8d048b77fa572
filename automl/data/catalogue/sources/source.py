"""The interface of everything that files are had from."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Sequence
from http.client import HTTPException
from typing import IO, Protocol

from automl.core.errors import DataError
from automl.data.source import Announce

Found = Generator[tuple[str, IO[bytes]], None, None]

# What reading from a source raises when the source, or what lies between, is at fault.
FAILURES = (
    DataError,
    EOFError,
    HTTPException,
    OSError,
    RuntimeError,
    ValueError,
    subprocess.SubprocessError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


class FileSource(Protocol):
    """A place that holds files, known by name. As a string: the place, in words."""

    def read(self, names: Sequence[str], announce: Announce) -> Found:
        """Each of the named files that it has, open until the next one is asked for.

        Nothing is checked here: who asked knows what the content should be.

        Raises:
            FAILURES: One of them, with the reason.
        """
