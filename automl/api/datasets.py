"""The data of a study: a dataset's name, a path, or a DataFrame that is kept as a file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.core.errors import UserError
from automl.core.machine import write_text
from automl.core.text import count
from automl.core.trial import Config
from automl.data import DATASETS
from automl.store import StudyFolder
from automl.tasks import TASKS
from automl.tuning.context import Watcher
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    from automl.data.catalogue.published import DatasetEntry
    from automl.data.dataset import Dataset


class DatasetLoader:
    """The dataset that a configuration asks for, loaded once for each set of options.

    Args:
        name: Name or path of the dataset.
        kind: Kind of data, as the task names it: ``"images"``, ``"table"``.
        options: Options of the reader that the user set, such as columns.
        seed: Seed of the splits.
        watcher: Watcher that is told what takes long or was left out.
    """

    def __init__(
        self,
        name: str,
        kind: str,
        options: Mapping[str, str | bool | int],
        seed: int,
        watcher: Watcher,
    ) -> None:
        self._name, self._kind, self._options = name, kind, options
        self._seed, self._watcher = seed, watcher
        self._loaded: dict[str, Dataset] = {}
        self._told: set[str] = set()

    @classmethod
    def of(cls, plan: Plan, watcher: Watcher) -> DatasetLoader:
        """The datasets of a study."""
        return cls(plan.data, kind_of(plan.task), plan.options, plan.seed, watcher)

    def __call__(self, config: Config) -> Dataset:
        """The dataset with the options of ``config``."""
        from automl.data.source import load_dataset

        options = {**config.data, **self._options}
        key = json.dumps(options, sort_keys=True)
        if key not in self._loaded:
            announce = self._watcher.announce
            data = load_dataset(self._name, self._kind, options, self._seed, announce)
            for note in data.notes:
                self._tell(note)
            self._loaded[key] = data
        return self._loaded[key]

    def _tell(self, note: str) -> None:
        """Announce a note once, though every tokenizer finds the same duplicates."""
        if note not in self._told:
            self._told.add(note)
            self._watcher.announce(note)


def kind_of(task: str) -> str:
    """The kind of data that a task reads."""
    return TASKS[task].data


def dataset_name(data: str, kind: str) -> str:
    """A dataset's name unchanged, or a path made absolute, so that ``resume`` works anywhere.

    Raises:
        UnknownName: if it is neither a known name nor a path; names the nearest.
        DataError: if it is a path without data, or a dataset of another kind.
    """
    from automl.data.source import find_source

    find_source(data, kind)
    return data if data in DATASETS else str(Path(data).expanduser().resolve())


@dataclass(frozen=True)
class FrameFile:
    """A DataFrame as a file in the folder of a study, so that workers and ``resume`` have it.

    Args:
        path: Path of the file, named by a hash of its content.
        text: Content of the file, JSON lines.
        rows: Number of rows.
    """

    path: Path
    text: str
    rows: int

    @classmethod
    def of(cls, frame: Any, folder: StudyFolder) -> FrameFile:
        """The file for a DataFrame.

        Raises:
            UserError: if ``frame`` is no DataFrame, or has no rows.
        """
        import pandas as pd

        from automl.data.tables.reader import SUFFIX, frame_rows, json_lines

        if not isinstance(frame, pd.DataFrame):
            raise UserError(
                f"data is a {type(frame).__name__}: give a dataset's name, a path or a DataFrame"
            )
        if frame.empty:
            raise UserError("data is a DataFrame without a row; there is nothing to train on")
        text = json_lines(frame_rows(frame))
        digest = sha256(text.encode()).hexdigest()[:12]
        return cls((folder.path / f"data-{digest}{SUFFIX}").resolve(), text, len(frame))

    @contextmanager
    def kept(self, folder: StudyFolder, announce: Callable[[str], None]) -> Iterator[None]:
        """Write the file, and remove it again unless the block creates the study.

        Args:
            folder: Folder of the study.
            announce: Function that is told where the file is.
        """
        was_there, had_study = self.path.exists(), folder.exists()
        folder.path.mkdir(parents=True, exist_ok=True)
        write_text(self.path, self.text)
        announce(f"the DataFrame of {count(self.rows, 'row')} is kept in {self.path}")
        try:
            yield
        finally:
            if not was_there and (had_study or not folder.exists()):
                self.path.unlink(missing_ok=True)


def path_or_frame(data: Any, folder: StudyFolder) -> tuple[str | None, FrameFile | None]:
    """The name or path of a study's data, and for a DataFrame the file that is to be written.

    Raises:
        UserError: if ``data`` is neither a name, nor a path, nor a DataFrame.
    """
    if data is None or isinstance(data, str | os.PathLike):
        return (None if data is None else os.fspath(data)), None
    file = FrameFile.of(data, folder)
    return str(file.path), file


def datasets() -> tuple[DatasetEntry, ...]:
    """All published datasets."""
    return tuple(DATASETS[name].entry for name in DATASETS)


def dataset(name: str) -> DatasetEntry:
    """The catalogue entry of a published dataset.

    Raises:
        UnknownName: if there is none of that name; names the nearest.
    """
    return DATASETS[name].entry


def fetch(name: str, announce: Callable[[str], None] = lambda line: None) -> Path:
    """Download and verify the files of a published dataset, unless they are here.

    Args:
        name: Name of the dataset.
        announce: Function that is told, a line at a time, what is downloaded from where.

    Returns:
        The path of the file, or of the folder where there are several.

    Raises:
        UnknownName: if there is none of that name; names the nearest.
        DataError: if it could not be downloaded, or if it comes with a package.
    """
    from automl.data.catalogue.published import fetch

    return fetch(dataset(name), announce)
