"""Files of a tar archive, one after the other."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from dataclasses import dataclass

from automl.data.catalogue.sources.source import FileSource, Found
from automl.data.source import Announce


@dataclass(frozen=True)
class TarGz:
    """A folder in an archive of another source; the archive is read as it comes, never kept.

    Args:
        source: Where the archive is had from.
        archive: The archive's name: ``"cifar-10-python.tar.gz"``.
        folder: The folder in it.
    """

    source: FileSource
    archive: str
    folder: str

    def read(self, names: Sequence[str], announce: Announce) -> Found:
        """Those in the archive, in its order."""
        for _, stream in self.source.read((self.archive,), announce):
            with tarfile.open(fileobj=stream, mode="r|gz") as archive:
                yield from members(archive, self.folder, names)

    def __str__(self) -> str:
        return f"{self.source}/{self.archive}"


def members(archive: tarfile.TarFile, folder: str, names: Sequence[str]) -> Found:
    """The named files of ``folder`` in an open archive: files alone, for a link leads elsewhere."""
    wanted = {f"{folder}/{name}": name for name in names}
    for member in archive:
        content = archive.extractfile(member) if member.isfile() else None
        name = wanted.pop(member.name.removeprefix("./"), None)
        if content and name:
            yield name, content
        if not wanted:
            return
