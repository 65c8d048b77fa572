"""What is known of a published dataset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from automl.data.catalogue.sources.source import FileSource
from automl.data.root import data_root


@dataclass(frozen=True)
class File:
    """One file of a dataset, as it lies in the cache.

    Args:
        name: Its name.
        size: In bytes; what comes is cut off where it is a megabyte longer.
        checksum: Of its content: ``"sha256:…"``, or ``"md5:…"`` where no more was published.
    """

    name: str
    size: int
    checksum: str


@dataclass(frozen=True)
class Entry:
    """A published dataset.

    Args:
        name: Its name in ``DATASETS``.
        title: What it is, in a line.
        kind: What it holds, a name of ``READERS``.
        rows: How many examples, or steps in time, there are in all.
        licence: As it is stated.
        home: Where a person finds it.
        citation: Who made it.
        files: What it consists of; none if it comes with a package.
        sources: Where the files are had from, the first to be tried first.
        folder: Where they are kept, under ``data_root()``; entries of one folder share its files.
        published_as: What ``home`` calls the files, where that is not their names.
        comes_with: The package that it comes with: ``"automl"``.
        licence_note: What the licence does not say.
    """

    name: str
    title: str
    kind: str
    rows: int
    licence: str
    home: str
    citation: str
    files: tuple[File, ...] = ()
    sources: tuple[FileSource, ...] = ()
    folder: str = ""
    published_as: tuple[str, ...] = ()
    comes_with: str = ""
    licence_note: str = ""

    @property
    def size(self) -> int:
        """Of all its files, in bytes."""
        return sum(file.size for file in self.files)

    @property
    def here(self) -> bool:
        """Whether this machine has it; ``fetch`` looks closer, at the content."""
        return all((self.files_folder / file.name).is_file() for file in self.files)

    @property
    def path(self) -> Path:
        """Where it is kept: its file, or the folder of its files."""
        return self.files_folder / self.files[0].name if len(self.files) == 1 else self.files_folder

    @property
    def files_folder(self) -> Path:
        """The folder that its files are kept in."""
        return data_root() / (self.folder or self.name)
