"""Counts how often each test split was opened, by all studies and evaluations."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from automl.core.files import locked
from automl.store.disk import not_writable

# A line for each opening; beside the studies, which share it.
OPENINGS = "openings.jsonl"


@dataclass(frozen=True)
class Openings:
    """The openings of test splits that a results folder knows of.

    Args:
        root: The results folder.
    """

    root: Path

    def note(self, data: str, split: str, by: str) -> None:
        """Record an opening before it happens, so that one that is interrupted counts too.

        It is on the disk when this returns, and other processes may write at the same time.

        Args:
            data: Fingerprint of the data.
            split: Identity of its test split.
            by: What opens it: ``"final model of cnn"``.

        Raises:
            StudyError: if it cannot be written.
        """
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        line = json.dumps({"data": data, "split": split, "by": by, "when": now})
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            path = self.root / OPENINGS
            with locked(path), path.open("a+b") as file:
                file.write(_after(file.fileno()) + line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise not_writable(self.root, error) from error

    def count(self, data: str, split: str) -> int:
        """How often a test split was opened; damaged lines do not count.

        Args:
            data: Fingerprint of the data.
            split: Identity of its test split.
        """
        try:
            lines = (self.root / OPENINGS).read_bytes().splitlines()
        except OSError:
            return 0
        return sum(_is_of(line, data, split) for line in lines)


def _after(descriptor: int) -> bytes:
    """A line end, if a power cut left the last line without one."""
    size = os.fstat(descriptor).st_size
    return b"" if not size or os.pread(descriptor, 1, size - 1) == b"\n" else b"\n"


def _is_of(line: bytes, data: str, split: str) -> bool:
    try:
        found = json.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and (found.get("data"), found.get("split")) == (data, split)
