"""Where the work on a user's folder is kept, so that it is done once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from automl.data.folder_layout import ClassFile
from automl.data.root import data_root
from automl.data.source import Announce

# Another number where ``decode_image`` makes other pixels of a file than it did.
DECODER = 1


def cache_of_folder(root: Path, files: Iterable[ClassFile]) -> Path:
    """A folder for what is known of these files; another one as soon as one of them changes."""
    digest = sha256(f"{DECODER} {root}".encode(errors="surrogateescape"))
    for file in files:
        facts = file.path.stat()
        line = f"\n{file.path} {facts.st_size} {facts.st_mtime_ns} {facts.st_mode}"
        digest.update(line.encode(errors="surrogateescape"))
    return data_root() / "folders" / f"{root.name}-{digest.hexdigest()[:16]}"


def cache_of_images(
    folder: Path, splits: Mapping[str, Sequence[ClassFile]], shape: tuple[int, int, int]
) -> Path:
    """In ``folder``, a place for the images of these splits in this shape, made if need be."""
    digest = sha256()
    for name, files in splits.items():
        for file in files:
            digest.update(f"{name} {file.path}\n".encode(errors="surrogateescape"))
    path = folder / f"{'x'.join(map(str, shape))}-{digest.hexdigest()[:16]}"
    path.mkdir(parents=True, exist_ok=True)
    return path


def write_whole(path: Path, text: str) -> None:
    """Write a file that others see whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


@contextmanager
def alone_in(folder: Path, announce: Announce) -> Iterator[None]:
    """Wait until no other process works in ``folder``; the kernel knows when one has died."""
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce(f"waiting for another process, which decodes the same images into {folder}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
