"""Files that would do harm if something trusted them."""

from __future__ import annotations

import os
import pickle
import struct
import zlib
from pathlib import Path
from typing import Any


class _MakesFolder:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.marker),)


def evil_pickle(marker: Path, protocol: int = 2) -> bytes:
    """A pickle that makes the folder ``marker`` when it is loaded."""
    return pickle.dumps(_MakesFolder(marker), protocol=protocol)


def png(width: int, height: int, text: bytes = b"") -> bytes:
    """A PNG of a kilobyte that says it is so large; ``text`` is packed into its header."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    packed = _chunk(b"zTXt", b"a\0\0" + zlib.compress(text, 9)) if text else b""
    pixels = _chunk(b"IDAT", zlib.compress(bytes(1_000_000), 9))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + packed + pixels + _chunk(b"IEND", b"")


def ico(content: bytes) -> bytes:
    """An icon of 16×16 pixels that has another image inside."""
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(content), 22)
    return b"\0\0\1\0\1\0" + entry + content


def gif(width: int, height: int) -> bytes:
    """A GIF of 8×8 pixels whose first frame says it is so large."""
    frame = struct.pack("<HHHH", 0, 0, width, height)
    return b"GIF89a" + struct.pack("<HH", 8, 8) + b"\0\0\0," + frame + b"\0\x02\x02\x44\x01\0;"


def tiff(width: int, height: int) -> bytes:
    """A TIFF of a hundred bytes that says it is so large."""
    tags = ((256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (278, height))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check
