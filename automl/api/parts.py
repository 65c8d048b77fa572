"""The parts that several functions of the API need, found or made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.vocabulary import make_vocabulary
from automl.core.errors import StudyError
from automl.core.registry import Registry, nearest
from automl.core.trial import Config
from automl.store import Store, StudyFolder
from automl.tuning.watch import Watcher

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

    from automl.data.dataset import Dataset
    from automl.spaces.space import SearchSpace
    from automl.tuning.plan import Plan


class Datasets:
    """The dataset that a configuration asks for, loaded once for each set of options.

    Args:
        name: Name or path of the dataset.
        kind: What it holds, as its task says: ``"images"``, ``"table"``.
        options: What the user set beside the space: column names.
        seed: Of its splits.
        watcher: Hears of what takes long or was left out.
    """

    def __init__(
        self, name: str, kind: str, options: Mapping[str, str], seed: int, watcher: Watcher
    ) -> None:
        self._name, self._kind, self._options = name, kind, options
        self._seed, self._watcher = seed, watcher
        self._loaded: dict[str, Dataset] = {}
        self._told: set[str] = set()

    @classmethod
    def of(cls, plan: Plan, watcher: Watcher) -> Datasets:
        """The datasets of a study."""
        return cls(plan.data, kind_of(plan.task), plan.options, plan.seed, watcher)

    def __call__(self, config: Config) -> Dataset:
        """The dataset with the options of ``config``."""
        from automl.data.load import load_dataset

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
        """Once, though every tokenizer finds the same duplicates."""
        if note not in self._told:
            self._told.add(note)
            self._watcher.announce(note)


def kind_of(task: str) -> str:
    """The kind of data that a task is about."""
    from automl.tasks import TASKS

    return TASKS[task].data


def simplest(space: SearchSpace) -> Config:
    """The configuration of a space's baseline."""
    from automl.spaces.fixed_suggest import FixedSuggest

    return space.sample(FixedSuggest(space.baseline()))


def dataset_name(data: str, kind: str) -> str:
    """A dataset's name as it is, or a path made absolute, so that ``resume`` works anywhere.

    Raises:
        UnknownName: if it is neither a known name nor a path; says the nearest.
        DataError: if it is a path, and there is nothing, or a dataset of another kind.
    """
    from automl.data import DATASETS
    from automl.data.load import find_source

    find_source(data, kind)
    return data if data in DATASETS else str(Path(data).expanduser().resolve())


def find_study(store: Store, name: str) -> tuple[StudyFolder, Plan]:
    """A study's folder and plan.

    Raises:
        StudyError: if there is no such study; says the nearest.
    """
    from automl.tuning.plan import Plan

    folder = store.study(name)
    if not folder.exists():
        guess = nearest(name, store.names())
        known = f"there are: {', '.join(store.names())}" if store.names() else "there are none yet"
        hint = f"did you mean {guess!r}?" if guess else known
        raise StudyError(f"no study {name!r} in {store.root}; {hint}")
    plan = Plan.from_record(folder.record())
    if plan.name != name:
        raise StudyError(
            f"{folder.path / 'study.yaml'} is of the study {plan.name!r}; name its folder so again"
        )
    return folder, plan


def read_back(folder: StudyFolder) -> SearchSpace:
    """The space that a study was begun with, whatever the working directory is now."""
    from automl.spaces.read import parse_space

    vocabulary = replace(make_vocabulary(), datasets=_AnyName("dataset", {}))
    return parse_space(folder.record()["text"], vocabulary, f"{folder.path}/study.yaml")


class _AnyName(Registry[Any]):
    """Of data that was there when the study began; its plan has the whole path of it."""

    def __contains__(self, name: object) -> bool:
        return True


def storage_of(plan: Plan, store: Store) -> BaseStorage:
    """Where a study's trials are kept."""
    from automl.tuning.storage import open_storage

    return open_storage(plan.storage or store.journal)
