"""Small texts of two kinds, and the files that texts are read from."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path


def silent(line: str) -> None:
    """Takes announcements that a test does not look at."""


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def write_jsonl(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_folder(root: Path, rows: Sequence[tuple[str, str]]) -> Path:
    """A folder of texts per class."""
    for number, (text, label) in enumerate(rows):
        path = root / label / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
