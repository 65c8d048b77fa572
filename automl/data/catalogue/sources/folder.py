"""Files that are on this machine already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl.data.catalogue.sources.source import Found
from automl.data.root import data_root
from automl.data.source import Announce


@dataclass(frozen=True)
class Folder:
    """A folder that somebody, or a package, may have put the files into.

    Args:
        path: Its path; one that is not absolute is under ``data_root()``.
    """

    path: str

    def read(self, names: Sequence[str], announce: Announce) -> Found:
        """Those that are there."""
        for name in names:
            path = data_root() / self.path / name
            if path.is_file():
                with path.open("rb") as stream:
                    yield name, stream

    def __str__(self) -> str:
        return str(data_root() / self.path)
