"""Images decoded once, into a file in the cache that is mapped into memory from then on."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import accumulate
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from automl.core.errors import DataError
from automl.core.machine import locked, write_text
from automl.data.dataset import Split, Targets, hash_content
from automl.data.folder_layout import ClassFile
from automl.data.images.dataset import FilesBySplit, channel_statistics, find_repeated, targets_of
from automl.data.images.decode import ImageShape, Levels, read_pixels
from automl.data.images.headers import measure_levels, read_files
from automl.data.source import Announce, ReadProgress, data_root

DECODER = 3
"""Version of ``decode_image``: a new number where it makes other pixels of a file than before."""

PIXELS, STATE = "pixels.u8", "decoded.json"
"""Files of the cache: the images as bytes, and how many of them are there."""


@dataclass(frozen=True)
class CacheLimits:
    """How the decoding of many files is divided, and when users hear of it.

    Args:
        at_once: Most images decoded between two writes; an interruption loses that many.
        bytes_at_once: Most bytes of these images in memory.
        large: Bytes on the disk above which users are told where they go.
        seconds: Time between two lines on progress.
    """

    at_once: int = 256
    bytes_at_once: int = 1 << 25
    large: int = 100_000_000
    seconds: float = 2.0


class ImageStatistics(BaseModel, frozen=True):
    """What takes a pass over all images to find out.

    Args:
        mean: Mean of each channel on the train split, pixels counted from 0 to 1.
        std: Standard deviation of each channel on the train split, pixels counted from 0 to 1.
        repeated: Sentences on held-out images that an earlier split has as well.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    repeated: tuple[str, ...]


@dataclass(frozen=True)
class DecodedFolder:
    """The images of a folder in the cache.

    Args:
        cache: Folder of the cache that has them.
        shape: (channels, height, width) of each image.
        levels: Values that became black and white where pixels have more than 8 bits; None if
            there are no such images.
        files: Split name -> the files that its images were decoded from, in their order.
        skipped: Files that could not be decoded.
        digest: SHA-256 (hexadecimal) of the content of ``files``.
        limits: Limits of the cache.
    """

    cache: Path
    shape: ImageShape
    levels: Levels | None
    files: FilesBySplit
    skipped: tuple[Path, ...]
    digest: str
    limits: CacheLimits

    def map_splits(self) -> dict[str, MappedSplit]:
        """The three splits, each of which must have an image."""
        stops = accumulate(len(files) for files in self.files.values())
        return {
            name: map_split(self.cache / PIXELS, stop - len(files), self.shape, targets_of(files))
            for (name, files), stop in zip(self.files.items(), stops, strict=True)
        }

    def statistics(self, splits: Mapping[str, MappedSplit], announce: Announce) -> ImageStatistics:
        """The statistics of these splits, from the cache if they were measured before."""
        kept = self.cache / "facts.json"
        if kept.is_file():
            return ImageStatistics.model_validate_json(kept.read_bytes())
        if sum(split.inputs.nbytes for split in splits.values()) > self.limits.large:
            announce("measuring the decoded images, and looking for repeated ones")
        mean, std = channel_statistics(splits["train"].inputs)
        found = ImageStatistics(mean=mean, std=std, repeated=find_repeated(**splits))
        write_text(kept, found.model_dump_json())
        return found

    def fingerprint(self, labels: tuple[str, ...]) -> str:
        """SHA-256 (hexadecimal) of the files' content, their splits and classes."""
        targets = {name: targets_of(files).tolist() for name, files in self.files.items()}
        return hash_content([self.digest, targets, labels])


def decode_folder(
    files: FilesBySplit,
    deep: Collection[Path],
    shape: ImageShape,
    cache: Path,
    announce: Announce,
    limits: CacheLimits,
) -> DecodedFolder:
    """Decode the images that are not in the cache yet; for use inside ``quiet_pillow``.

    Args:
        files: Split name -> its files.
        deep: Files whose pixels have more than 8 bits; the train split's ones give their range.
        shape: (channels, height, width) of the decoded images.
        cache: Folder of the cache that belongs to just these files.
        announce: Function that takes lines on progress.
        limits: Limits of the cache.

    Raises:
        DataError: There is no room for the images.
    """
    place = _cache_of_images(cache, files, shape)
    paths = [file.path for each in files.values() for file in each]
    told = f"waiting for another process, which decodes the same images into {place}"
    with locked(place / "lock", waiting=lambda: announce(told)):
        levels = _levels([file.path for file in files["train"] if file.path in deep], place)
        decoded = decode_files(paths, shape, levels, place, announce, limits)
    skipped = tuple(paths[number] for number in decoded.skipped)
    gone = set(skipped)
    kept = {name: [file for file in each if file.path not in gone] for name, each in files.items()}
    return DecodedFolder(place, shape, levels, kept, skipped, decoded.digest, limits)


def _levels(paths: Sequence[Path], cache: Path) -> Levels | None:
    """The levels of these images, from the cache if they were measured before."""
    kept = cache / "levels.json"
    if kept.is_file():
        black_and_white = json.loads(kept.read_text(encoding="utf-8"))
        return tuple(black_and_white) if black_and_white else None
    levels = measure_levels(paths)
    write_text(kept, json.dumps(levels))
    return levels


class DecodingState(BaseModel, frozen=True):
    """How far the decoding of a list of files has come.

    Args:
        done: Number of files, from the first on, that were read.
        skipped: Positions of the files among these that cannot be decoded.
        digest: SHA-256 (hexadecimal) of the content of the others.
    """

    done: int = 0
    skipped: tuple[int, ...] = ()
    digest: str = ""

    @property
    def images(self) -> int:
        """Number of decoded images."""
        return self.done - len(self.skipped)

    def after(self, contents: Sequence[tuple[bytes, str] | None]) -> DecodingState:
        """The state after another chunk of files, given as ``_decode`` returns them."""
        skipped = [self.done + place for place, each in enumerate(contents) if each is None]
        digest = self.digest
        for each in contents:
            if each is not None:
                digest = sha256((digest + each[1]).encode()).hexdigest()
        done = self.done + len(contents)
        return DecodingState(done=done, skipped=(*self.skipped, *skipped), digest=digest)


def decode_files(
    paths: Sequence[Path],
    shape: ImageShape,
    levels: Levels | None,
    cache: Path,
    announce: Announce,
    limits: CacheLimits,
) -> DecodingState:
    """Decode the files that are not decoded yet; for use inside the lock of ``cache``.

    The images lie in ``cache / PIXELS`` in the order of their files. An interrupted decoding
    continues behind the last chunk that was written whole.

    Args:
        paths: Image files.
        shape: (channels, height, width) of the decoded images.
        levels: Values that become black and white where pixels have more than 8 bits.
        cache: Folder of the cache that belongs to just these files in this order and shape.
        announce: Function that takes lines on progress.
        limits: Limits of the cache.

    Raises:
        DataError: There is no room for the images.
    """
    image_size = prod(shape)
    state = _read_state(cache, image_size)
    if state.done == len(paths):
        return state
    size = len(paths) * image_size
    try:
        _check_room((len(paths) - state.done) * image_size, cache)
        if size > limits.large:
            announce(f"decoding {len(paths):,} images once, into {cache} ({size / 1e9:.1f} GB)")
        tell = ReadProgress(announce, "images decoded:", len(paths), seconds=limits.seconds)
        decode = partial(_decode, shape=shape, levels=levels)
        at_once = max(1, min(limits.at_once, limits.bytes_at_once // image_size))
        with (cache / PIXELS).open("ab") as file:
            file.truncate(state.images * image_size)
            for contents in read_files(paths[state.done :], decode, at_once):
                file.writelines(each[0] for each in contents if each is not None)
                file.flush()
                os.fsync(file.fileno())  # before the state says that it is there
                state = state.after(contents)
                del contents  # makes room for the next ones
                write_text(cache / STATE, state.model_dump_json())
                tell(state.done)
    except OSError as error:
        raise DataError(
            f"cannot keep the decoded images in {cache}: {error.strerror}; make room for "
            f"{size / 1e9:.1f} GB and begin again, which continues from here, or set AUTOML_DATA "
            "to a folder on another disk"
        ) from None
    return state


def _read_state(cache: Path, image_size: int) -> DecodingState:
    try:
        state = DecodingState.model_validate_json((cache / STATE).read_bytes())
        whole = (cache / PIXELS).stat().st_size >= state.images * image_size
    except (FileNotFoundError, ValueError):
        return DecodingState()
    return state if whole else DecodingState()


def _check_room(needed: int, cache: Path) -> None:
    if (free := shutil.disk_usage(cache).free) < needed:
        raise OSError(0, f"{free / 1e9:.1f} GB are free")


def _decode(path: Path, shape: ImageShape, levels: Levels | None) -> tuple[bytes, str]:
    """An image as bytes, and the SHA-256 of its file."""
    content = path.read_bytes()
    return read_pixels(content, shape, levels).tobytes(), sha256(content).hexdigest()


@dataclass(frozen=True, eq=False)
class MappedSplit(Split):
    """A split whose inputs are pages of a file, in memory only while there is room for them.

    Another process gets the name of the file and a place in it, so that all workers of a machine
    share the pages; Ray's object store, and pickle, would copy the array.
    """

    inputs: np.memmap[Any, Any]

    def __reduce__(self) -> tuple[Any, ...]:
        return map_split, (self._file, self._first, self.inputs.shape[1:], self.targets)

    @property
    def _file(self) -> Path:
        return Path(str(self.inputs.filename))

    @property
    def _first(self) -> int:
        """Number of images in the file before the first one of the split."""
        return int(self.inputs.offset // prod(self.inputs.shape[1:]))

    def followed_by(self, other: Split) -> Split:
        """The examples of both; without a copy where ``other`` comes next in the file."""
        if not (isinstance(other, MappedSplit) and self._is_before(other)):
            return super().followed_by(other)
        targets = np.concatenate([self.targets, other.targets])
        return map_split(self._file, self._first, self.inputs.shape[1:], targets)

    def _is_before(self, other: MappedSplit) -> bool:
        same = self._file == other._file and self.inputs.shape[1:] == other.inputs.shape[1:]
        return same and self._first + len(self) == other._first


def map_split(file: Path, first: int, shape: ImageShape, targets: Targets) -> MappedSplit:
    """The split that begins with image number ``first`` of ``file``, read-only.

    Args:
        file: File of images as bytes, one after the other.
        first: Number of images in the file before the split.
        shape: (channels, height, width) of an image.
        targets: int64 (N,) class ids; the split has N images.

    Raises:
        DataError: The file is not on this machine.
    """
    try:
        inputs = np.memmap(file, np.uint8, "r", first * prod(shape), (len(targets), *shape))
    except OSError as error:
        raise DataError(f"the decoded images are not on this machine: {error}") from None
    return MappedSplit(inputs, targets)


def cache_of_folder(root: Path, files: Iterable[ClassFile]) -> Path:
    """The folder of the cache for these files; another one as soon as one of them changes."""
    digest = sha256(f"{DECODER} {root}".encode(errors="surrogateescape"))
    for file in files:
        facts = file.path.stat()
        line = f"\n{file.path} {facts.st_size} {facts.st_mtime_ns} {facts.st_mode}"
        digest.update(line.encode(errors="surrogateescape"))
    return data_root() / "folders" / f"{root.name}-{digest.hexdigest()[:16]}"


def _cache_of_images(folder: Path, splits: FilesBySplit, shape: ImageShape) -> Path:
    """The folder in ``folder`` for the images of these splits in this shape; makes it if absent."""
    digest = sha256()
    for name, files in splits.items():
        for file in files:
            digest.update(f"{name} {file.path}\n".encode(errors="surrogateescape"))
    path = folder / f"{'x'.join(map(str, shape))}-{digest.hexdigest()[:16]}"
    path.mkdir(parents=True, exist_ok=True)
    return path
