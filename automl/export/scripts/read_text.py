"""Reads texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from automl.export.scripts.cut_pieces import make_cut
from automl.export.scripts.rows import rows


def read(file: str, options: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The one text of a .txt file, or that of each row of a table: int32 (tokens,)."""
    cut, length = make_cut(options["state"]), options["length"]
    for name, text in texts(file, options["text"]):
        # A hundred characters for each token are far more than it takes.
        ids = cut(text.lstrip()[: 100 * length].strip())
        yield name, np.array(ids[:length] or [1], np.int32)


def texts(file: str, column: str | None) -> Iterator[tuple[str, str]]:
    """Each text and how to call it."""
    if file.lower().endswith(".txt"):
        yield file, Path(file).read_text("utf-8-sig")
        return
    for at, row in enumerate(rows(file), start=1):
        yield f"{file} row {at:,}", row[column or "text"]
