"""Files that are offered gzipped."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, cast

from automl.data.catalogue.sources.source import FileSource, Found
from automl.data.source import Announce


@dataclass(frozen=True)
class Gzipped:
    """Files that another source has as ``NAME.gz``.

    Args:
        source: Where they are had from.
    """

    source: FileSource

    def read(self, names: Sequence[str], announce: Announce) -> Found:
        """Each, unpacked while it is read."""
        packed = tuple(f"{name}.gz" for name in names)
        for name, stream in self.source.read(packed, announce):
            with gzip.open(stream) as content:
                yield name.removesuffix(".gz"), cast(IO[bytes], content)

    def __str__(self) -> str:
        return str(self.source)
