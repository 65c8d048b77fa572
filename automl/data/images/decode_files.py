"""Image files decoded once, into one file that is mapped into memory from then on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from math import prod
from pathlib import Path

from pydantic import BaseModel

from automl.core.errors import DataError
from automl.data.images.decode import read_pixels
from automl.data.images.folder_cache import write_whole
from automl.data.images.mapped import ImageShape
from automl.data.images.read_files import read_files
from automl.data.progress import Progress
from automl.data.source import Announce

PIXELS, STATE = "pixels.u8", "decoded.json"
LARGE = 100_000_000  # bytes on the disk that a user is told of
# Decoded images in memory, and what an interrupted decoding does again: so many, or so many bytes.
AT_ONCE, BYTES_AT_ONCE = 256, 1 << 25


class Decoded(BaseModel, frozen=True):
    """How far the decoding of a list of files has come.

    Args:
        done: So many files, from the first on.
        skipped: Places in the list of those that cannot be decoded.
        digest: SHA-256 (hexadecimal) of the content of the others.
    """

    done: int = 0
    skipped: tuple[int, ...] = ()
    digest: str = ""

    @property
    def images(self) -> int:
        """How many images there are for it."""
        return self.done - len(self.skipped)

    def after(self, contents: Sequence[tuple[bytes, str] | None]) -> Decoded:
        """With another chunk of files, as ``_decode`` gives them."""
        skipped = [self.done + place for place, each in enumerate(contents) if each is None]
        digest = self.digest
        for each in contents:
            if each is not None:
                digest = sha256((digest + each[1]).encode()).hexdigest()
        done = self.done + len(contents)
        return Decoded(done=done, skipped=(*self.skipped, *skipped), digest=digest)


def decode_files(
    paths: Sequence[Path], shape: ImageShape, cache: Path, announce: Announce
) -> Decoded:
    """Decode what is not decoded yet; for use inside ``quiet_pillow`` and ``alone_in(cache)``.

    The images of all files that can be decoded lie in ``cache / PIXELS``, in order. An interrupted
    decoding goes on behind the last chunk that was written whole.

    Args:
        paths: Image files.
        shape: (channels, height, width) of the decoded images.
        cache: A folder that belongs to just these files in this order and shape.
        announce: Is told how far it is.

    Raises:
        DataError: There is no room for them.
    """
    decoded = _so_far(cache, prod(shape))
    if decoded.done == len(paths):
        return decoded
    size = len(paths) * prod(shape)
    try:
        _check_room((len(paths) - decoded.done) * prod(shape), cache)
        if size > LARGE:
            announce(f"decoding {len(paths):,} images once, into {cache} ({size / 1e9:.1f} GB)")
        return _go_on(decoded, paths, shape, cache, announce)
    except OSError as error:
        raise DataError(
            f"cannot keep the decoded images in {cache}: {error.strerror}; make room for "
            f"{size / 1e9:.1f} GB and begin again, which goes on from here, or set AUTOML_DATA to "
            f"a folder on another disk"
        ) from None


def _so_far(cache: Path, image_size: int) -> Decoded:
    try:
        decoded = Decoded.model_validate_json((cache / STATE).read_bytes())
        whole = (cache / PIXELS).stat().st_size >= decoded.images * image_size
    except (FileNotFoundError, ValueError):
        return Decoded()
    return decoded if whole else Decoded()


def _check_room(needed: int, cache: Path) -> None:
    if (free := shutil.disk_usage(cache).free) < needed:
        raise OSError(0, f"{free / 1e9:.1f} GB are free")


def _go_on(
    decoded: Decoded, paths: Sequence[Path], shape: ImageShape, cache: Path, announce: Announce
) -> Decoded:
    tell = Progress(announce, "images decoded:", len(paths))
    with (cache / PIXELS).open("ab") as file:
        file.truncate(decoded.images * prod(shape))
        at_once = max(1, min(AT_ONCE, BYTES_AT_ONCE // prod(shape)))
        decode = partial(_decode, shape=shape)
        for contents in read_files(paths[decoded.done :], decode, at_once):
            file.writelines(each[0] for each in contents if each is not None)
            file.flush()
            os.fsync(file.fileno())  # before the state says that it is there
            decoded = decoded.after(contents)
            del contents  # makes room for the next ones
            write_whole(cache / STATE, decoded.model_dump_json())
            tell(decoded.done)
    return decoded


def _decode(path: Path, shape: ImageShape) -> tuple[bytes, str]:
    """An image as bytes, and the SHA-256 of its file."""
    content = path.read_bytes()
    return read_pixels(content, shape).tobytes(), sha256(content).hexdigest()
