"""Published datasets: what is known of each, and how its files are fetched and verified."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from automl.core.errors import DataError
from automl.core.machine import whole_file
from automl.data.catalogue.downloads import FAILURES, FileSource
from automl.data.source import Announce, ReadProgress, Source, data_root

CHUNK = 1 << 18
"""Bytes that are read at once."""

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class PublishedFile:
    """One file of a dataset, as it is kept on this machine.

    Args:
        name: Name of the file.
        size: Size in bytes; a download is cut off when it is a megabyte longer.
        checksum: Checksum of the content: ``"sha256:…"``, or ``"md5:…"`` where only that was
            published.
    """

    name: str
    size: int
    checksum: str


@dataclass(frozen=True)
class DatasetEntry:
    """Facts about a published dataset.

    Args:
        name: Name in ``DATASETS``.
        title: Description in a line.
        kind: Kind of data, a name of ``READERS``.
        rows: Number of examples, or steps in time, in all splits.
        licence: Licence, as its publisher states it.
        home: Web page for people.
        citation: Authors and publication.
        files: Files of the dataset; none if it comes with a package.
        sources: Places to fetch the files from, in the order in which they are tried.
        folder: Folder under ``data_root()`` for the files, by default ``name``; datasets may share
            one.
        published_as: Names of the files at ``home``, where they differ.
        comes_with: Package that brings the dataset: ``"automl"``; empty if it is fetched.
        licence_note: Remark on the licence.
    """

    name: str
    title: str
    kind: str
    rows: int
    licence: str
    home: str
    citation: str
    files: tuple[PublishedFile, ...] = ()
    sources: tuple[FileSource, ...] = ()
    folder: str = ""
    published_as: tuple[str, ...] = ()
    comes_with: str = ""
    licence_note: str = ""

    @property
    def size(self) -> int:
        """Size of all files in bytes."""
        return sum(file.size for file in self.files)

    @property
    def here(self) -> bool:
        """Whether all files are on this machine; ``fetch`` checks their content, too."""
        return all((self.files_folder / file.name).is_file() for file in self.files)

    @property
    def path(self) -> Path:
        """Path of the only file, or else the folder of the files."""
        return self.files_folder / self.files[0].name if len(self.files) == 1 else self.files_folder

    @property
    def files_folder(self) -> Path:
        """Folder of the files."""
        return data_root() / (self.folder or self.name)


class PublishedSource(Source):
    """A dataset with a name, which is the same on every machine.

    Attributes:
        entry: Facts about it, among them where to fetch its files.
    """

    entry: ClassVar[DatasetEntry]


def fetch(entry: DatasetEntry, announce: Announce) -> Path:
    """The files of a dataset on this machine, verified; fetched if they are not there.

    Several processes may fetch the same dataset at once: each file appears whole, in one step.

    Args:
        entry: Entry of the dataset.
        announce: Called with a line of text for each download, and for its progress.

    Returns:
        The path of the only file, or else the folder of the files.

    Raises:
        DataError: A file could not be fetched, with the reasons and the way to get it by hand; or
            the dataset comes with a package.
    """
    name = entry.name
    if entry.comes_with:
        raise DataError(f"{name} comes with {entry.comes_with}; there is nothing to fetch")
    try:
        entry.files_folder.mkdir(parents=True, exist_ok=True)
        missing = [file for file in entry.files if not _is_whole(file, entry.files_folder)]
        failures = _fill(entry, missing, announce)
    except OSError as error:
        raise DataError(f"{name} cannot be kept in {entry.files_folder}: {_why(error)}") from None
    if missing:
        raise DataError(f"{name} could not be fetched: {'; '.join(failures)}. {_by_hand(entry)}")
    return entry.path


def _fill(entry: DatasetEntry, missing: list[PublishedFile], announce: Announce) -> list[str]:
    """Try the sources in turn and take fetched files off ``missing``; returns what failed."""
    failures = []
    for source in entry.sources:
        if not missing:
            break
        try:
            _take(source, missing, entry.files_folder, announce)
        except FAILURES as error:
            failures.append(f"{source}: {_why(error)}")
            announce(failures[-1])
        else:
            failures.extend(f"{source}: no {file.name} there" for file in missing[:1])
    return failures


def _take(
    source: FileSource, missing: list[PublishedFile], folder: Path, announce: Announce
) -> None:
    wanted = {file.name: file for file in missing}
    with closing(source.read(tuple(wanted), announce)) as found:
        for name, stream in found:
            _keep(stream, wanted[name], folder, announce)
            missing.remove(wanted[name])


def _keep(stream: IO[bytes], file: PublishedFile, folder: Path, announce: Announce) -> None:
    """Write a file beside its place, and move it there once its checksum is right."""
    report = ReadProgress(announce, f"{file.name}:", file.size // MEGABYTE, "MB")
    with whole_file(folder / file.name, durable=False) as partial:
        with partial.open("wb") as target:
            while (chunk := stream.read(CHUNK)) and target.tell() < file.size + MEGABYTE:
                target.write(chunk)
                report(target.tell() // MEGABYTE)
        if not _has_content(partial, file):
            kind = file.checksum.partition(":")[0]
            raise ValueError(f"{file.name} is not the published file (its {kind} differs)")


def _is_whole(file: PublishedFile, folder: Path) -> bool:
    path = folder / file.name
    return path.is_file() and _has_content(path, file)


def _has_content(path: Path, file: PublishedFile) -> bool:
    algorithm, _, expected = file.checksum.partition(":")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == expected


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", None)  # the cause in urllib's "<urlopen error …>"
    text = str(reason if isinstance(reason, OSError) else error)
    return " ".join(text.split()) or type(error).__name__


def _by_hand(entry: DatasetEntry) -> str:
    names = ", ".join(entry.published_as or (file.name for file in entry.files))
    return (
        f"By hand: put {names} from {entry.home} into {entry.files_folder}, "
        "or set AUTOML_DATA to the folder that has it"
    )
