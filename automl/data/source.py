"""The interface of everything a dataset can be loaded from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from automl.data.dataset import Dataset

Announce = Callable[[str], None]


class Source(BaseModel, ABC):
    """Where a dataset comes from. The fields are the options a user may set."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    kind: ClassVar[str]
    """What it holds, a name of ``READERS``: ``"images"``, ``"text"``, ``"table"``, ``"series"``."""

    @abstractmethod
    def load(self, name: str, seed: int, announce: Announce) -> Dataset:
        """Read the data and split it.

        Args:
            name: What the user asked for: the dataset's name, or a path.
            seed: Seed of the splits of a user's own data. A named dataset is split in the same
                way in every study, so that studies compare.
            announce: Is told, a line at a time, of work that takes seconds.

        Raises:
            DataError: The data is missing, unreadable or not enough to train on.
        """
