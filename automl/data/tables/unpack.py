"""Unpacks files without letting a few bytes become more than the machine holds."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Mapping
from pathlib import Path

from automl.core.errors import DataError

# So many bytes any file may unpack to; a larger one to so many times its own size. Text that is
# worth a training is packed some ten times, what was made to fill the memory a thousand times.
ALWAYS, TIMES = 100_000_000, 100
OPENERS: Mapping[str, type[gzip.GzipFile | lzma.LZMAFile]] = {
    ".gz": gzip.GzipFile,
    ".xz": lzma.LZMAFile,
}


def check_unpacked(path: Path, size: int) -> None:
    """Check how many bytes a file unpacks to.

    Raises:
        DataError: They are too many for the file that it is.
    """
    packed = path.stat().st_size
    if size > max(ALWAYS, TIMES * packed):
        raise DataError(
            f"{path}: its {packed:,} bytes unpack to over {TIMES} times as many, and could fill up "
            "the memory; if the file is right, save it unpacked"
        )


def read_unpacked(path: Path) -> bytes:
    """The content of a file, unpacked if its suffix is of ``OPENERS``.

    Raises:
        DataError: It unpacks to too much.
        EOFError, OSError, lzma.LZMAError, zlib.error: It cannot be read, or is damaged.
    """
    opener = OPENERS.get(path.suffix.lower())
    if opener is None:
        return path.read_bytes()
    with opener(path) as file:
        content = file.read(max(ALWAYS, TIMES * path.stat().st_size) + 1)
    check_unpacked(path, len(content))
    return content
