"""Sources: what a dataset is loaded from, reports of progress, and where data is kept."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from automl.core.errors import DataError
from automl.data.dataset import Dataset

Announce = Callable[[str], None]


class Source(BaseModel, ABC):
    """Where a dataset comes from. The fields are the options a user may set."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    kind: ClassVar[str]
    """Kind of the data, a name of ``READERS``: ``"images"``, ``"text"``, ``"table"`` …"""

    @abstractmethod
    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the data and split it.

        Args:
            name: The dataset's name or a path, as the user typed it.
            seed: Seed of the splits of a user's own data. A published dataset is split in the same
                way in every study, so that studies compare.
            announce: Called with a line of text before work that takes seconds.

        Raises:
            DataError: The data is missing, unreadable or not enough to train on.
        """


class ReadProgress:
    """Reports progress every few seconds; work that ends sooner is never reported.

    Args:
        announce: Called with each line.
        what: Work that is done: ``"photos: images read"``.
        total: Number of items to do; 0 if it is not known.
        unit: Unit of the numbers: ``"MB"``; empty if they count items.
        seconds: Least time between two reports.
    """

    def __init__(
        self, announce: Announce, what: str, total: int, unit: str = "", seconds: float = 2.0
    ) -> None:
        self._announce, self._what, self._total, self._unit = announce, what, total, unit
        self._seconds, self._last = seconds, monotonic()

    def __call__(self, done: int) -> None:
        """Report that ``done`` items are done, if the last report is long enough ago."""
        if monotonic() - self._last < self._seconds:
            return
        self._last = monotonic()
        of = f" of {self._total:,}" if self._total else ""
        self._announce(f"{self._what} {done:,}{of} {self._unit}".rstrip())


def local_path(name: str) -> Path:
    """The path that a user named, with the home folder in place of ``~``.

    Raises:
        DataError: There is no such home folder.
    """
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise DataError(f"{name}: {error}") from None


def data_root() -> Path:
    """Folder of published data and decoded images: ``AUTOML_DATA``, or ~/.cache/automl/data."""
    chosen = os.environ.get("AUTOML_DATA")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "automl" / "data"
