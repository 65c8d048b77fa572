"""Files that a package of Debian, or of a system made from it, carries."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from automl.core.errors import DataError
from automl.data.catalogue.sources.program import run
from automl.data.catalogue.sources.source import Found
from automl.data.catalogue.sources.tar import members
from automl.data.source import Announce


@dataclass(frozen=True)
class Debian:
    """A folder of a package, got by apt from the mirror that it is set up for.

    Args:
        package: The package's name.
        folder: The folder in it: ``"usr/share/datasets"``.
    """

    package: str
    folder: str

    def read(self, names: Sequence[str], announce: Announce) -> Found:
        """Those in the package; nothing is installed."""
        if shutil.which("apt-get") is None:
            raise DataError("there is no apt-get on this machine")
        announce(f"downloading {self}")
        with TemporaryDirectory(prefix="automl-") as scratch:
            package = self._download(Path(scratch))
            unpack = ("dpkg-deb", "--fsys-tarfile", str(package))
            with (
                subprocess.Popen(unpack, stdout=subprocess.PIPE) as process,
                tarfile.open(fileobj=process.stdout, mode="r|") as archive,
            ):
                yield from members(archive, self.folder, names)

    def _download(self, folder: Path) -> Path:
        run(("apt-get", "download", "--quiet", self.package), folder, "E: ")
        return next(folder.glob("*.deb"))

    def __str__(self) -> str:
        return f"Debian's package {self.package}"
