"""From the bytes of a file to its characters."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# Kinds of files that are no text with rows, by their first bytes.
_BEGINNINGS = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "packed with gzip (its name should end in .gz)",
    b"\xfd7zXZ\0": "packed with xz (its name should end in .xz)",
    b"BZh": "packed with bzip2",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"%PDF-": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls); save it as .xlsx or CSV",
    b"PAR1": "a Parquet file (its name should end in .parquet)",
    b"SQLite format 3\0": "an SQLite database",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"version https://git-lfs": "a pointer of Git LFS, not the file itself; run: git lfs pull",
}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_XML = re.compile(r"\s*<\?xml\b", re.I)


class UnreadableCells(ValueError):
    """A file cannot be read; the message is one line, without the name of the file.

    Args:
        message: Reason, and what to do.
        line: Line of the file, from 1; None if the whole file is meant.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.message, self.line = message, line


@dataclass(frozen=True)
class Characters:
    """The text of a file.

    Args:
        text: Text without a byte order mark, with the line ends of the file.
        encoding: Python's name of the encoding.
        note: Remark on how the file was read; "" if it is plain UTF-8.
    """

    text: str
    encoding: str
    note: str = ""


def decode(content: bytes, encoding: str | None = None, is_table: bool = True) -> Characters:
    """The text of a file: by its byte order mark, as UTF-8, as UTF-16, or as Windows-1252.

    Args:
        content: Whole content, unpacked.
        encoding: Encoding that the user named; None to find it.
        is_table: Whether the text has to be a table; a web page, for example, is none.

    Raises:
        UnreadableCells: The file is no text, damaged or empty, or the encoding is unknown.
    """
    found = _decode_as(content, encoding) if encoding else _decode(content)
    if "\0" in found.text:
        line = found.text.count("\n", 0, found.text.index("\0")) + 1
        raise UnreadableCells("a zero byte, so this is not a file of text", line)
    if not found.text.strip():
        raise UnreadableCells("the file is empty")
    if is_table:
        _check_text(found.text)
    return found


def _decode(content: bytes) -> Characters:
    _check_bytes(content)
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return _decode_as(content, name)
    silent = _utf16_without_mark(content)
    if silent:
        return _decode_as(content, silent)
    try:
        return Characters(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return _decode_old(content, error)


def _decode_old(content: bytes, error: UnicodeDecodeError) -> Characters:
    """Text that is not UTF-8: Windows-1252, unless most of its characters are valid UTF-8."""
    line = content.count(b"\n", 0, error.start) + 1
    byte = f"byte {error.start:,} is {content[error.start]:#04x}"
    rough = content.decode("utf-8", "replace")
    wrong = rough.count("\ufffd")
    good = len(rough) - len(rough.encode("ascii", "ignore")) - wrong
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        good = wrong
    if good >= wrong:
        hint = "mend it, or name the file's encoding with --encoding"
        raise UnreadableCells(f"not UTF-8 text ({byte}); {hint}", line) from None
    note = f"not UTF-8 (line {line}), so read as Windows-1252; --encoding names another"
    return Characters(text, "cp1252", note)


def _decode_as(content: bytes, encoding: str) -> Characters:
    try:
        text = content.decode(encoding)
    except LookupError:
        raise UnreadableCells(
            f"--encoding {encoding!r} is no encoding that Python knows, such as utf-8 or cp1252"
        ) from None
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = content.count(b"\n", 0, start) + 1
        raise UnreadableCells(f"not {encoding} text at byte {start:,}", line) from None
    note = "" if encoding.startswith("utf-8") else f"read as {encoding}"
    return Characters(text.removeprefix("\ufeff"), encoding, note)


def _utf16_without_mark(content: bytes) -> str:
    """UTF-16 with its byte order, if the bytes are mostly ASCII in it; otherwise ""."""
    head = content[:4000]
    half = len(head) // 2
    if half < 4 or not 0 < head.count(b"\0") <= half * 1.1:
        return ""
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half and odd < 0.05 * half else ""


def _check_bytes(content: bytes) -> None:
    what = next((name for sign, name in _BEGINNINGS.items() if content.startswith(sign)), "")
    if what == "a zip archive" and b"xl/" in content:
        what = "an Excel workbook (its name should end in .xlsx)"
    if what:
        raise UnreadableCells(f"this is {what}, and no text with a row a line")


def _check_text(text: str) -> None:
    for pattern, what in ((_PAGE, "a web page (HTML)"), (_XML, "XML")):
        if pattern.match(text):
            raise UnreadableCells(f"this is {what}, and no text with a row a line; save the data")
