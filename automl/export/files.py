"""From the paths a user names to the files they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from automl.core.errors import DataError
from automl.data.encodings.encoding import Encoding


def expand(paths: Sequence[Path], encoding: Encoding) -> Iterator[Path]:
    """Files as they are; in place of a folder the files in it, sorted.

    Of a folder, hidden files are left out, and those that the encoding is not for.

    Raises:
        DataError: if a path is not there, or a folder has no such file.
    """
    for path in paths:
        if not path.exists():
            raise DataError(f"there is no file or folder {str(path)!r}")
        yield from _files_in(path, encoding) if path.is_dir() else [path]


def _files_in(folder: Path, encoding: Encoding) -> list[Path]:
    files = (path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder))
    found = sorted(path for path in files if encoding.reads(path))
    if not found:
        raise DataError(f"there are no {encoding.unit} in the folder {str(folder)!r}")
    return found


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
