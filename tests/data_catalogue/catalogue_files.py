"""Small entries in the place of real ones, and packages that carry their files."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from automl.data.catalogue import CATALOGUE
from automl.data.catalogue.entry import Entry, File
from automl.data.catalogue.sources.source import FileSource

CONTENT = {"a.csv": b"x,y\n1,2\n" * 1000, "b.csv": b"x\n3\n"}


@dataclass(frozen=True)
class Server:
    """A web server's folder, address, and what it was asked for."""

    folder: Path
    url: str
    asked: list[str]


def small_entry(
    monkeypatch,
    *sources: FileSource,
    content: Mapping[str, bytes] = CONTENT,
    name: str = "diamonds",
) -> Entry:
    """Put a small set of files in the place of a real dataset."""
    files = tuple(file_of(each, data) for each, data in content.items())
    entry = replace(CATALOGUE[name], files=files, sources=sources)
    monkeypatch.setattr(f"automl.data.catalogue.tables.{name.upper()}", entry)
    return entry


def file_of(name: str, content: bytes) -> File:
    return File(name, len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")


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
