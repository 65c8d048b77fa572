"""Studies and models that are stored in a results folder, found by their name or a path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.spaces import make_vocabulary
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError, UserError
from automl.core.records import StudyRecord, TrialRecord
from automl.core.registry import Registry, nearest
from automl.core.text import count, shell_word
from automl.store import Store, StudyFolder
from automl.tuning.plan import Plan

if TYPE_CHECKING:
    import optuna
    from optuna.storages import BaseStorage

    from automl.spaces.space import SearchSpace


@dataclass(frozen=True)
class StoredStudy:
    """A study in a results folder, found once by each command.

    Args:
        store: The results folder.
        folder: The folder of the study.
        plan: The plan of the study, from study.yaml.
    """

    store: Store
    folder: StudyFolder
    plan: Plan

    @classmethod
    def find(cls, name: str, results: str = RESULTS) -> StoredStudy:
        """The study of that name.

        Args:
            name: Name of the study.
            results: Results folder that the study is in.

        Raises:
            StudyError: if there is no such study; names the nearest.
        """
        return cls.in_store(Store(Path(results)), name)

    @classmethod
    def in_store(cls, store: Store, name: str) -> StoredStudy:
        """The study of that name in an open results folder; see ``find``."""
        folder, names = store.study(name), store.names()
        if name not in names:
            guess = nearest(name, names)
            known = f"there are: {', '.join(names)}" if names else "there are none yet"
            hint = f"did you mean {guess!r}?" if guess else known
            raise StudyError(f"no study {name!r} in {store.root}; {hint}")
        plan = Plan.from_record(folder.record()).without_secrets()
        if plan.name != name:
            raise StudyError(
                f"{folder.path / 'study.yaml'} belongs to the study {plan.name!r}; rename its "
                "folder to that"
            )
        return cls(store, folder, plan)

    @cached_property
    def storage(self) -> BaseStorage:
        """The storage that keeps the trials, opened on first use."""
        return storage_of(self.plan, self.store)

    def load(self) -> optuna.Study:
        """The study in the storage, as Optuna has it."""
        from automl.tuning.trial_records import load_study

        return load_study(self.storage, self.plan.name)

    def record(self) -> StudyRecord:
        """The study with all its trials at this moment, as plain values."""
        from automl.tuning.trial_records import load_record

        return load_record(self.storage, self.plan.name)

    def space(self) -> SearchSpace:
        """The search space that the study began with, whatever its file says now."""
        from automl.spaces.space import parse_space

        vocabulary = replace(make_vocabulary(), datasets=_AnyName("dataset", {}))
        text = self.folder.record()["text"]
        source = f"{self.folder.path}/study.yaml"
        space = parse_space(text, vocabulary, source, self.plan.overrides)
        return replace(space, fitted=self.plan.fitted)


class _AnyName(Registry[Any]):
    """Datasets that existed when the study began; its plan has their full paths."""

    def __contains__(self, name: object) -> bool:
        return True


def storage_of(plan: Plan, store: Store) -> BaseStorage:
    """The storage that keeps the trials of a study."""
    from automl.tuning.storage import open_storage

    return open_storage(plan.address.whole() if plan.address else store.journal)


def numbered_trial(study: StudyRecord, number: int) -> TrialRecord:
    """The trial of that number.

    Raises:
        StudyError: if the study has fewer trials.
    """
    if number >= len(study.trials):
        raise StudyError(
            f"--trial {number}: {study.name} has {count(len(study.trials), 'trial')}, "
            f"the last is {len(study.trials) - 1}"
        )
    return study.trials[number]


def locate_study(named: str, results: str = RESULTS) -> tuple[str, str]:
    """A study's name and its results folder.

    Args:
        named: Name of a study, or a path: its folder, anything in that, or a bundle that was
            exported from it.
        results: Results folder in which a name is looked up.

    Raises:
        StudyError: if it is the path of a bundle whose study is not in ``results``.
    """
    store, path = Store(Path(results)), Path(named).expanduser()
    if _is_study(store, named) or not path.exists():
        return named, results
    for folder in (path.resolve(), *path.resolve().parents):
        if StudyFolder(folder).exists():
            return folder.name, _as_typed(folder.parent, results)
    if not _holds_model(path):
        return named, results
    from automl.export.bundle import Bundle

    study = Bundle.load(path).facts.origin.study
    if not store.study(study).exists():
        raise StudyError(
            f"{named} is a model of the study {study!r}, which is not in {results}; say where it "
            "is: --results DIR"
        )
    return study, results


def locate_bundle(named: str, results: str = RESULTS) -> Path:
    """The folder of a model.

    Args:
        named: Path of a bundle or of a file in it, or the name or path of a study, for its best
            model.
        results: Results folder in which a name is looked up.

    Raises:
        UserError: if there is neither, or the study has no model yet.
    """
    store, path = Store(Path(results)), Path(named).expanduser()
    for place in (path, path.parent):
        if _holds_model(place) and (place == path or path.is_file()):
            return place
    folder = store.study(named) if _is_study(store, named) else StudyFolder(path)
    if not path.exists() and not folder.exists():
        guess = nearest(named, store.names())
        hint = (
            f"did you mean {guess!r}?" if guess else "give the folder that `automl export` writes"
        )
        raise UserError(f"{named!r} is no bundle, and no study in {results}; {hint}")
    if not folder.exists():
        return path  # whoever reads it reports what is missing
    if not _holds_model(folder.best):
        raise StudyError(
            f"the study {folder.name!r} has no model yet; see why: "
            f"automl show {shell_word(folder.name)}"
        )
    return folder.best


def _is_study(store: Store, named: str) -> bool:
    return named in store.names()


def _holds_model(path: Path) -> bool:
    from automl.export.sidecars import FACTS_FILE

    return (path / FACTS_FILE).is_file()


def _as_typed(folder: Path, results: str) -> str:
    """The results folder as the user typed it, where it is that one."""
    return results if folder == Path(results).resolve() else str(folder)
