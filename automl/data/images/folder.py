"""A user's own images, in a folder per class or listed in a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from statistics import median
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from automl.core.data_types import Classes
from automl.core.errors import DataError
from automl.core.text import count, first_few
from automl.data.dataset import Dataset
from automl.data.folder_layout import Layout, find_layout
from automl.data.images.cache import CacheLimits, DecodedFolder, cache_of_folder, decode_folder
from automl.data.images.dataset import (
    FilesBySplit,
    classes_of,
    find_sources,
    shared_source_notes,
    split_files,
)
from automl.data.images.decode import LARGEST_SIDE, ImageHeader, ImageShape, quiet_pillow
from automl.data.images.encoding import ImageEncoding
from automl.data.images.headers import levels_notes, read_headers
from automl.data.images.listing import find_listing
from automl.data.source import Announce, Source, local_path
from automl.data.splits import clusters_of
from automl.data.tables.reader import is_table, open_table
from automl.data.tables.type_inference import TypedTable

LARGEST_DEFAULT = 128
"""Largest side in pixels that images are read with, unless the user sets a size."""


def _check_expression(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        rule = "Input should be a regular expression ({error})"
        raise PydanticCustomError("expression", rule, {"error": str(error)}) from None
    return value


class ImageFolder(Source):
    """``DIR/CLASS/image.png``, ``DIR/{train,val,test}/CLASS/image.png``, or a table of images.

    A table has a column that names the files and a column of their classes: see ``ImageFiles``.

    Sizes, colours and formats may be mixed: ``decode_image`` says how an image becomes an array.
    Each image is decoded once, into a file of the cache that is mapped into memory, so that a
    folder may be larger than memory.
    """

    kind = "images"
    limits: ClassVar[CacheLimits] = CacheLimits()

    size: Annotated[int, Field(ge=8, le=LARGEST_SIDE)] | None = None
    """Side in pixels of the square that every image is fitted into. By default the side of the
    images if all have the same, else the median of their longer sides in steps of 8; at most
    128."""

    channels: Literal[1, 3] | None = None
    """1 for grey, 3 for RGB. By default 1 if all images are grey."""

    target: str | None = None
    """Column of a table with the classes. By default the one with a usual name (label, target,
    class …), else the only other one."""

    encoding: str | None = None
    """Character encoding of a table: cp1252, utf-16, shift_jis. By default what the file shows."""

    group: Annotated[str, AfterValidator(_check_expression)] | None = None
    """Regular expression that finds the source of an image in its path below the folder of its
    class: its first group, or else all that it matches, as in ``^(video\\d+)_``. Images of one
    source are in one split. For a table, the column of the source."""

    keep_rare: bool = False
    """Whether classes of one or two images stay, in train; else they are left out."""

    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the folder or table ``name``; ``seed`` splits what has no splits of its own."""
        path = local_path(name).absolute()
        is_listed = is_table(path) and path.is_file()
        # All columns as texts: 001.png is no number, and a class may be.
        table = open_table(path, {}, self.encoding) if is_listed else None
        try:
            with quiet_pillow():
                if table is not None:
                    return self._load_listed(table, path, seed, announce)
                self._check_no_columns()
                return self._load(self._read_folder(path, announce), path.name, seed, announce)
        except (OSError, DataError) as error:
            raise DataError(f"{name}: {error}") from None

    def _load_listed(self, table: TypedTable, path: Path, seed: int, announce: Announce) -> Dataset:
        """The images of a table; where ``group`` is a column, a cell is a source as it stands."""
        by_column = self.group if self.group in table.frame else None
        listing = find_listing(table.frame, path, self.target, by_column)
        reader = FolderReader(path.parent, listing.layout, announce, self.limits)
        source = self.model_copy(update={"group": "(?s).+"}) if by_column else self
        data = source._load(reader, path.name, seed, announce)
        known = {"files": listing.column, "characters": self.encoding}
        encoding = data.encoding.model_copy(update=known)
        return replace(data, encoding=encoding, notes=(*table.notes, *data.notes))

    def _read_folder(self, root: Path, announce: Announce) -> FolderReader:
        try:
            layout = find_layout(root, "image.png")
        except DataError as error:
            tables = sorted(path for path in root.glob("*.*") if is_table(path))
            if not tables:
                raise
            hint = f"if {tables[0].name!r} says what they are: --data {quote(str(tables[0]))}"
            raise DataError(f"{error}; {hint}") from None
        return FolderReader(root, layout, announce, self.limits)

    def _check_no_columns(self) -> None:
        for option in ("target", "encoding"):
            if getattr(self, option) is not None:
                raise DataError(f"a folder of images is not a table, so leave out --{option}")

    def _load(self, reader: FolderReader, name: str, seed: int, announce: Announce) -> Dataset:
        try:
            decoded = reader.decode(self._shape(reader.headers), seed, self.group, self.keep_rare)
        except DataError as error:
            raise DataError("; ".join([str(error), *reader.notes])) from None
        splits = decoded.map_splits()
        statistics = decoded.statistics(splits, announce)
        if self.group:
            splits = {
                name: replace(each, clusters=clusters_of(find_sources(files, self.group)))
                for (name, each), files in zip(splits.items(), decoded.files.values(), strict=True)
            }
        shared = shared_source_notes(decoded.files, self.group)
        return Dataset(
            name=name,
            task="image_classification",
            **splits,
            encoding=ImageEncoding(
                image_shape=decoded.shape,
                mean=statistics.mean,
                std=statistics.std,
                levels=decoded.levels,
            ),
            target=Classes(reader.labels),
            notes=(
                *reader.notes,
                *size_notes([each.side for each in reader.headers], decoded.shape[1], self.size),
                *levels_notes(decoded.levels),
                *shared,
                *statistics.repeated,
            ),
            fingerprint=decoded.fingerprint(reader.labels),
        )

    def _shape(self, headers: Sequence[ImageHeader]) -> ImageShape:
        if not headers:
            raise DataError("it has no image that can be read")
        size = self.size or _default_size([header.side for header in headers])
        channels = self.channels or (1 if all(header.grey for header in headers) else 3)
        return channels, size, size


def _default_size(sides: Sequence[int]) -> int:
    if len(set(sides)) == 1:
        return min(sides[0], LARGEST_DEFAULT)
    return min(max(8, round(median(sides) / 8) * 8), LARGEST_DEFAULT)


def size_notes(sides: Sequence[int], size: int, chosen: int | None) -> tuple[str, ...]:
    """A sentence on the size that images are read with, where that is not theirs.

    Args:
        sides: Longer side of each image, in pixels.
        size: Side that they are read with.
        chosen: Size that the user set, or None.
    """
    least, most = min(sides), max(sides)
    if least == most == size:
        return ()
    theirs = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    more = "" if chosen else "; --size sets another size"
    return (f"images of {theirs} pixels are read at {size}×{size}{more}",)


class FolderReader:
    """Reads a folder as far as the cache does not have it; for use inside ``quiet_pillow``.

    Files that cannot be read as an image are left out, which ``notes`` say.

    Args:
        root: Folder that the names of files in ``notes`` are relative to.
        layout: Files of the folder; their headers are read at once.
        announce: Function that takes lines on progress.
        limits: Limits of the cache.

    Raises:
        OSError: The size or time of a file cannot be read.
    """

    def __init__(self, root: Path, layout: Layout, announce: Announce, limits: CacheLimits) -> None:
        self._root, self._layout, self._announce, self._limits = root, layout, announce, limits
        files = [file for each in layout.splits.values() for file in each]
        self.labels = layout.labels
        self._files: FilesBySplit = layout.splits
        self._cache = cache_of_folder(root, files)
        headers = read_headers(files, self._cache, announce, limits.seconds)
        self.headers = [header for header in headers if header is not None]
        found = list(zip(files, headers, strict=True))
        self._deep = {file.path for file, header in found if header and header.deep}
        self._class_notes: tuple[str, ...] = ()
        self._skipped: list[Path] = []
        self._skip(file.path for file, header in found if header is None)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the user on the layout, on classes, and on skipped files."""
        return (*self._layout.notes, *self._class_notes, *self._skipped_notes())

    def _skipped_notes(self) -> tuple[str, ...]:
        if not self._skipped:
            return ()
        names = first_few([self._name(path) for path in self._skipped])
        files = count(len(self._skipped), "file")
        return (f"skipped {files} that cannot be read as an image: {names}",)

    def _name(self, path: Path) -> str:
        inside = path.is_relative_to(self._root)
        return path.relative_to(self._root).as_posix() if inside else str(path)

    def decode(
        self, shape: ImageShape, seed: int, group: str | None, keep_rare: bool
    ) -> DecodedFolder:
        """The decoded images, in splits; ``labels`` are then the remaining classes.

        Where a damaged image was the only one of its class in a split, the files are split again.

        Raises:
            DataError: There are too few images, or there is no room for them.
        """
        split = split_files(self._files, self._layout.labels, seed, group, keep_rare)
        decoded = decode_folder(
            split.files, self._deep, shape, self._cache, self._announce, self._limits
        )
        self._skip(decoded.skipped)
        self.labels, self._class_notes = split.labels, split.notes
        if classes_of(decoded.files) == classes_of(split.files):
            return decoded
        return self.decode(shape, seed, group, keep_rare)

    def _skip(self, paths: Iterable[Path]) -> None:
        self._skipped.extend(paths)
        gone = set(self._skipped)
        self._files = {
            name: [file for file in files if file.path not in gone]
            for name, files in self._files.items()
        }
