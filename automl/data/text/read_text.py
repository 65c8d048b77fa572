"""Reads one text of a file of its own."""

from __future__ import annotations

from pathlib import Path

from automl.core.errors import DataError


def read_text(path: Path) -> str:
    """The content of a file in UTF-8, with or without a byte order mark.

    Raises:
        DataError: It cannot be read, or is in another encoding.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        byte = f"byte {error.start:,} is {error.object[error.start]:#04x}"
        raise DataError(f"{path}: not UTF-8 text ({byte}); save it as UTF-8") from None
    if "\0" in text:
        raise DataError(f"{path}: a zero byte, so this is not a file of text")
    return text
