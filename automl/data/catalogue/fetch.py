"""The one way that published data comes to this machine: whole and verified, or not at all."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from automl.core.errors import DataError
from automl.data.catalogue import CATALOGUE
from automl.data.catalogue.entry import Entry, File
from automl.data.catalogue.sources.source import FAILURES, FileSource
from automl.data.progress import Progress
from automl.data.source import Announce

CHUNK = 1 << 18
MEGABYTE = 1_000_000


def fetch(name: str, announce: Announce) -> Path:
    """The files of a dataset on this machine, verified; fetched if they are not there.

    Several processes may fetch the same dataset at once: each file appears whole, in one step.

    Args:
        name: A name of ``CATALOGUE``.
        announce: Is told, a line at a time, what is fetched, from where and how far it is.

    Returns:
        The file of a dataset that is one file, the folder of one that is several.

    Raises:
        UnknownName: There is no such dataset.
        DataError: It could not be fetched; says in a line why, and how to get it by hand. Or it
            comes with a package, so that there is nothing to fetch.
    """
    entry = CATALOGUE[name]
    if entry.comes_with:
        raise DataError(f"{name} comes with {entry.comes_with}; there is nothing to fetch")
    try:
        entry.files_folder.mkdir(parents=True, exist_ok=True)
        missing = [file for file in entry.files if not _is_whole(entry.files_folder, file)]
        failures = _fill(entry, missing, announce)
    except OSError as error:
        raise DataError(f"{name} cannot be kept in {entry.files_folder}: {_why(error)}") from None
    if missing:
        raise DataError(f"{name} could not be fetched: {'; '.join(failures)}. {_by_hand(entry)}")
    return entry.path


def _fill(entry: Entry, missing: list[File], announce: Announce) -> list[str]:
    """Try the sources in turn, taking files off ``missing`` as they come; tells what failed."""
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


def _take(source: FileSource, missing: list[File], folder: Path, announce: Announce) -> None:
    wanted = {file.name: file for file in missing}
    with closing(source.read(tuple(wanted), announce)) as found:
        for name, stream in found:
            _keep(stream, wanted[name], folder, announce)
            missing.remove(wanted[name])


def _keep(stream: IO[bytes], file: File, folder: Path, announce: Announce) -> None:
    """Write a file next to its place, and move it there once it is known to be right."""
    tell = Progress(announce, f"{file.name}:", file.size // MEGABYTE, "MB")
    with TemporaryDirectory(dir=folder, prefix=".fetch-") as scratch:
        part = Path(scratch, file.name)
        with part.open("wb") as target:
            while (chunk := stream.read(CHUNK)) and target.tell() < file.size + MEGABYTE:
                target.write(chunk)
                tell(target.tell() // MEGABYTE)
        if not _is_whole(part.parent, file):
            kind = file.checksum.partition(":")[0]
            raise ValueError(f"{file.name} is not what was published (its {kind} differs)")
        part.replace(folder / file.name)


def _is_whole(folder: Path, file: File) -> bool:
    path = folder / file.name
    if not path.is_file():
        return False
    algorithm, _, expected = file.checksum.partition(":")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == expected


def _why(error: BaseException) -> str:
    reason = getattr(error, "reason", None)  # what lies behind urllib's "<urlopen error …>"
    text = str(reason if isinstance(reason, OSError) else error)
    return " ".join(text.split()) or type(error).__name__


def _by_hand(entry: Entry) -> str:
    names = ", ".join(entry.published_as or (file.name for file in entry.files))
    return (
        f"By hand: put {names} from {entry.home} into {entry.files_folder}, "
        "or set AUTOML_DATA to the folder that has it"
    )
