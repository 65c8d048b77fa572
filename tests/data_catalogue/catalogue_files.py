"""Small entries in the place of real ones, and packages that carry their files."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from automl.data import DATASETS
from automl.data.catalogue.downloads import FileSource
from automl.data.catalogue.published import DatasetEntry, PublishedFile

CONTENT = {"a.csv": b"x,y\n1,2\n" * 1000, "b.csv": b"x\n3\n"}


@dataclass(frozen=True)
class Server:
    """A web server's folder, address, and what it was asked for."""

    folder: Path
    url: str
    asked: list[str]


def small_entry(*sources: FileSource, content: Mapping[str, bytes] = CONTENT) -> DatasetEntry:
    """The entry of diamonds, with a small set of files in the place of the real ones."""
    files = tuple(file_of(each, data) for each, data in content.items())
    return replace(DATASETS["diamonds"].entry, files=files, sources=sources)


def file_of(name: str, content: bytes) -> PublishedFile:
    return PublishedFile(name, len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")


def put(folder: Path, content: Mapping[str, bytes] = CONTENT) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        (folder / name).write_bytes(data)


def lying_in(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def wheel(folder: Path, package: str, members: Mapping[str, bytes]) -> None:
    """A wheel that pip takes, for any machine."""
    info = f"{package}-1.0.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\nRequires-Python: <3.12\n"
    tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / f"{package}-1.0-py3-none-any.whl", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", tags)
        archive.writestr(f"{info}/RECORD", "")


def tar(members: Mapping[str, bytes | str]) -> bytes:
    """A gzipped tar archive; a text is the target of a symbolic link."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                archive.addfile(member)
            else:
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
