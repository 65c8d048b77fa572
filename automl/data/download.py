"""Downloads that are whole or not there at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from automl.core.errors import DataError
from automl.data.progress import Progress
from automl.data.source import Announce

TIMEOUT = 10.0  # seconds without a byte
CHUNK = 1 << 18
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Archive:
    """A file to download.

    Args:
        urls: Where it is to be had; tried in order.
        path: Where it is kept, relative to the folder of all data.
        md5: Checksum (hexadecimal) of its content.
    """

    urls: tuple[str, ...]
    path: Path
    md5: str


def fetch(archive: Archive, root: Path, announce: Announce) -> Path:
    """The archive's file under ``root``, downloaded unless it is there and whole.

    Raises:
        DataError: with the reason of the last failure; nothing half-written is left behind.
    """
    target = root / archive.path
    if target.is_file() and _md5(target) == archive.md5:
        return target
    reason: Exception | None = None
    for url in archive.urls:
        try:
            return _download(url, archive.md5, target, announce)
        except (OSError, HTTPException, ValueError) as error:
            reason = error
    raise DataError(f"could not download {archive.urls[-1]}: {getattr(reason, 'reason', reason)}")


def unpack(archive: Path, folder: Path) -> None:
    """Unpack ``archive`` into ``folder``; each file appears there whole, in one step."""
    from torchvision.datasets.utils import extract_archive

    with TemporaryDirectory(dir=folder, prefix=".unpack-") as part:
        extract_archive(str(archive), part)
        for file in Path(part).rglob("*"):
            if file.is_file():
                target = folder / file.relative_to(part)
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)


def _download(url: str, md5: str, target: Path, announce: Announce) -> Path:
    announce(f"downloading {url}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=target.parent, prefix=".download-") as folder:
        part = Path(folder, target.name)
        _stream(url, part, announce)
        if _md5(part) != md5:
            raise ValueError("what came is not the file that was published (its MD5 differs)")
        return part.replace(target)


def _stream(url: str, part: Path, announce: Announce) -> None:
    request = Request(url, headers={"User-Agent": "automl"})
    with urlopen(request, timeout=TIMEOUT) as response, part.open("wb") as file:
        size = int(response.headers.get("Content-Length", 0))
        tell = Progress(announce, f"downloaded {part.name}:", size // MEGABYTE, "MB")
        while chunk := response.read(CHUNK):
            file.write(chunk)
            tell(file.tell() // MEGABYTE)


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
