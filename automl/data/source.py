"""Sources: what a dataset is loaded from, by its name or path; progress, and where data is kept."""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from automl.core.defaults import FIRST_SPACES
from automl.core.errors import DataError, UnknownData, UserError
from automl.core.registry import nearest
from automl.data import DATASETS, READERS
from automl.data.dataset import Dataset

Announce = Callable[[str], None]
LOOKS_LIKE_A_NAME = re.compile(r"[\w-]{1,64}")
# Options that have a flag of their own on the command line.
FLAGS = {
    *("target", "text", "group", "time", "time_format", "item", "encoding", "task", "keep_rare"),
    "size",
}
# Kinds of data that allow only one type of target.
ONLY = {
    "images": "images have classes only",
    "series": "whole series have classes only",
    "forecast": "forecasts are of numbers only",
}


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


def load_dataset(
    name_or_path: str, kind: str, options: Mapping[str, Any], seed: int, announce: Announce
) -> Dataset:
    """Load a published dataset, or a user's own data.

    Args:
        name_or_path: A name of ``DATASETS``, or a path; ``./digits`` is the path of that name.
        kind: Kind of data that is needed, a name of ``READERS``.
        options: Options of the dataset, as in a space's ``data``.
        seed: Seed of the splits that a user's own data does not come with.
        announce: Called with a line of text before work that takes seconds.

    Raises:
        UnknownData: It looks like a name, but there is no dataset and no path of that name.
        DataError: The data is of another kind, missing, unreadable or not enough.
        UserError: An option is unknown, or its value is wrong.
    """
    source = configure(find_source(name_or_path, kind), name_or_path, options)
    return source.load(name_or_path, seed, announce)


def find_source(name_or_path: str, kind: str) -> type[Source]:
    """The class that loads a dataset; its fields are the options that it takes.

    Args:
        name_or_path: A name of ``DATASETS``, or a path.
        kind: Kind of data that is needed, a name of ``READERS``.

    Raises:
        UnknownData: It looks like a name, but there is no dataset and no path of that name.
        DataError: There is a dataset of that name, but it is of another kind.
    """
    is_name = LOOKS_LIKE_A_NAME.fullmatch(name_or_path) and not Path(name_or_path).exists()
    if not is_name and name_or_path not in DATASETS:
        return READERS[kind]
    if name_or_path not in DATASETS:
        raise unknown_data(name_or_path)
    source = DATASETS[name_or_path]
    if source.kind != kind:
        raise DataError(
            f"{name_or_path!r} is data of the kind {source.kind!r}, and the space is for {kind!r}; "
            f"choose other data (see: automl data list) or the space {FIRST_SPACES[source.kind]!r}"
        )
    return source


def unknown_data(name: str) -> UnknownData:
    """An error that names the nearest dataset, or the nearest file in the working directory."""
    beside = (path.name for path in Path().iterdir() if not path.name.startswith("."))
    known = (*DATASETS, *sorted(beside))
    return UnknownData(name, known, nearest(name, known))


def configure(source: type[Source], name: str, options: Mapping[str, Any]) -> Source:
    """The source with a user's options set.

    Raises:
        UserError: An option is unknown, or its value is wrong.
    """
    try:
        return source.model_validate(dict(options))
    except ValidationError as error:
        problem = error.errors()[0]
        option = str(problem["loc"][0])
    if option == "task" and source.kind in ONLY:
        raise UserError(f"--task {options['task']}: {ONLY[source.kind]}; leave out --task")
    known = tuple(source.model_fields)
    if option in known:
        rule = problem["msg"][0].lower() + problem["msg"][1:]
        raise UserError(f"data {name!r}: option {option!r} (={problem['input']!r}): {rule}")
    shown = f"{option!r} (--{option.replace('_', '-')})" if option in FLAGS else repr(option)
    if not known:
        raise UserError(f"data {name!r} takes no options, but was given {shown}")
    close = nearest(option, known)
    guess = f"did you mean {close!r}? " if close else ""
    raise UserError(f"data {name!r} has no option {shown}; {guess}known: {', '.join(known)}")
