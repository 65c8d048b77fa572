"""Reads many image files at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from automl.core.errors import DataError
from automl.data.images.folder_layout import ImageFile
from automl.data.progress import Progress
from automl.data.source import Announce

T = TypeVar("T")
NAMED = 3


class ImageReader:
    """Reads files in threads, for Pillow decodes outside Python's lock; skips what it cannot read.

    Args:
        root: Folder that the names in ``notes`` are relative to.
        announce: Is told how far a long read is.
    """

    def __init__(self, root: Path, announce: Announce) -> None:
        self._root, self._announce = root, announce
        self._skipped: list[Path] = []

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should be told: how many files were skipped, and the first of them."""
        if not self._skipped:
            return ()
        first = self._skipped[:NAMED]
        names = [repr(path.relative_to(self._root).as_posix()) for path in first]
        more = ", …" if len(self._skipped) > NAMED else ""
        files = "file" if len(self._skipped) == 1 else "files"
        count = f"{len(self._skipped):,} {files}"
        return (f"skipped {count} that cannot be read as an image: {', '.join(names)}{more}",)

    def read(
        self, what: str, files: Sequence[ImageFile], read: Callable[[Path], T]
    ) -> Iterator[tuple[ImageFile, T]]:
        """Each file that can be read, with what ``read`` makes of it, in order.

        Args:
            what: What is going on, for progress: ``"reading images:"``.
            files: What to read.
            read: Reads one, in any thread; raises DataError where it cannot.
        """
        tell = Progress(self._announce, f"{self._root.name}: {what}", len(files))
        pool = ThreadPoolExecutor(os.cpu_count())
        try:
            found = pool.map(lambda file: _or_none(read, file.path), files)
            for done, (file, content) in enumerate(zip(files, found, strict=True), start=1):
                if content is None:
                    self._skipped.append(file.path)
                else:
                    yield file, content
                tell(done)
        finally:  # an interrupt should not wait for the rest
            pool.shutdown(cancel_futures=True)


def _or_none(read: Callable[[Path], T], path: Path) -> T | None:
    try:
        return read(path)
    except DataError:
        return None
