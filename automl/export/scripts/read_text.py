"""Reads texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from automl.data.cells.characters import decode
from automl.data.text.tokenizers.hugging_face import make_encode
from automl.export.scripts.rows import rows


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The text of a .txt file, or of each row of a table: int32 (tokens,)."""
    encode, length = make_encode(options["state"]), options["length"]
    for name, text in texts(file, options["text"], options["characters"]):
        # A hundred characters for each token are far more than needed.
        ids = encode(text.lstrip()[: 100 * length].strip())
        yield name, np.array(ids[:length] or [1], np.int32)


def texts(file: str, column: str | None, encoding: str | None) -> Iterator[tuple[str, str]]:
    """The name and content of each text."""
    if file.lower().endswith(".txt"):
        yield file, decode(Path(file).read_bytes(), encoding, is_table=False).text
        return
    for at, row in enumerate(rows(file, encoding), start=1):
        yield f"{file} row {at:,}", row[column or "text"]
