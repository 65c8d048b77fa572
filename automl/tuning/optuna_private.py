"""Optuna beneath its public surface: every private name of it, behind a name of our own.

A release of Optuna or optuna-dashboard that breaks something breaks it in this file, and a test of
``tests/tuning/test_optuna_private.py`` says what. optuna-dashboard is imported on use: that takes
two seconds.
"""

from __future__ import annotations

import threading
import uuid
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import optuna
from optuna.pruners import HyperbandPruner
from optuna.storages import BaseStorage, JournalStorage, RDBStorage
from optuna.storages._cached_storage import _CachedStorage
from optuna.storages.journal import BaseJournalBackend
from optuna.storages.journal._storage import JournalOperation, JournalStorageReplayResult
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["JournalOperation"]

# optuna-dashboard cuts a note into parts that fit into an attribute of a database.
LONGEST_PART = 2045

# Where successive halving keeps what a trial had reported when it passed a rung.
_RUNG = "completed_rung_"


def study_id(study: optuna.Study) -> int:
    """A study's id in its storage."""
    return study._study_id


def study_storage(study: optuna.Study) -> BaseStorage:
    """The storage that a study is kept in."""
    return study._storage


def trial_id(trial: optuna.Trial | FrozenTrial) -> int:
    """A trial's id in its storage; its number counts within its study."""
    return trial._trial_id


def remember_attributes(trial: optuna.Trial, attributes: Mapping[str, object]) -> None:
    """Have a trial know the user attributes that were written past it into the storage."""
    trial._cached_frozen_trial.user_attrs.update(attributes)


def database_engine(storage: BaseStorage) -> Engine | None:
    """SQLAlchemy's engine of a storage in a database; None for any other storage."""
    backend = storage._backend if isinstance(storage, _CachedStorage) else None
    return backend.engine if isinstance(backend, RDBStorage) else None


def bracket_of(pruner: HyperbandPruner, study: optuna.Study, trial: FrozenTrial) -> int:
    """The bracket of Hyperband that a trial belongs to, from 0."""
    return pruner._get_bracket_id(study, trial)


def completed_rungs(trial: FrozenTrial) -> dict[int, float]:
    """Rung, from 0 -> what a trial had reported there, as successive halving noted it."""
    noted = trial.system_attrs.items()
    return {int(key[len(_RUNG) :]): value for key, value in noted if key.startswith(_RUNG)}


class SelectiveStudy(optuna.Study):
    """A study that has some of its trials and of its objectives only, to be looked at.

    Args:
        study: The study itself.
        trials: The trials it has.
        objectives: How many of its objectives it has, counted from the first.
    """

    def __init__(self, study: optuna.Study, trials: Sequence[FrozenTrial], objectives: int) -> None:
        super().__init__(study.study_name, study._storage)
        self._directions = study.directions[:objectives]
        self._selected = trials

    def get_trials(
        self, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        """The selected trials; never copies, for nobody changes them."""
        return [each for each in self._selected if states is None or each.state in states]


class QueueAwareStudy(optuna.Study, ABC):
    """A study that looks for a waiting trial only where there is one.

    Optuna goes through all trials for it, whenever it is asked for the next.
    """

    @property
    @abstractmethod
    def has_waiting(self) -> bool:
        """Whether a trial waits to be asked for."""

    def _pop_waiting_trial_id(self) -> int | None:
        return super()._pop_waiting_trial_id() if self.has_waiting else None


class JournalReplay(JournalStorageReplayResult):
    """What the lines of a journal say so far.

    The attributes of a study, where the notes of all its trials are, are copied once each time that
    the journal is read, for somebody may look at them; Optuna copies them for each line of it.
    """

    def apply_logs(self, logs: Iterable[dict[str, Any]]) -> None:
        """Learn what new lines say."""
        self._copied = set[int]()
        super().apply_logs(logs)

    def _apply_set_study_system_attr(self, log: dict[str, Any]) -> None:
        number = log["study_id"]
        if self._study_exists(number, log):
            study = self._studies[number]
            if number not in self._copied:
                self._copied.add(number)
                study.system_attrs = dict(study.system_attrs)
            study.system_attrs.update(log["system_attr"])


class BatchJournalStorage(JournalStorage):
    """Optuna's storage in a journal, which writes several operations with one visit to it.

    Args:
        backend: The journal.
    """

    def __init__(self, backend: BaseJournalBackend) -> None:
        self._worker_id_prefix = f"{uuid.uuid4()}-"
        self._backend, self._thread_lock = backend, threading.Lock()
        self._replay_result = JournalReplay(self._worker_id_prefix)
        self._sync_with_backend()

    @property
    def trial_count(self) -> int:
        """How many trials the journal has begun, of all studies."""
        return len(self._replay_result._trials)

    def append(self, operations: Iterable[dict[str, Any]]) -> None:
        """Write operations to the journal, all of them or none, and read what is new in it."""
        with self._thread_lock:
            worker = self._replay_result.worker_id
            self._backend.append_logs([{**each, "worker_id": worker} for each in operations])
            self._sync_with_backend()

    def set_trial_user_attrs(self, trial_id: int, facts: Mapping[str, Any]) -> None:
        """Set attributes of a trial, all of them or none, with one visit to the journal.

        Args:
            trial_id: The trial's id in this storage.
            facts: Name -> anything that JSON can hold.
        """
        operation = JournalOperation.SET_TRIAL_USER_ATTR
        self.append(
            {"op_code": operation, "trial_id": trial_id, "user_attr": {name: fact}}
            for name, fact in facts.items()
        )

    def set_study_system_attrs(self, study_id: int, facts: Mapping[str, Any]) -> None:
        """Set attributes of a study that are not shown; see ``set_trial_user_attrs``."""
        operation = JournalOperation.SET_STUDY_SYSTEM_ATTR
        self.append(
            {"op_code": operation, "study_id": study_id, "system_attr": {name: fact}}
            for name, fact in facts.items()
        )


def write_note(storage: BaseStorage, study: int, markdown: str, trial: int | None = None) -> None:
    """Set the note that optuna-dashboard shows of a study, or of one of its trials.

    Its own ``save_note`` goes through all attributes of the study, where the notes of all trials
    are.

    Args:
        storage: The storage that the study is in.
        study: The study's id there.
        markdown: The note.
        trial: The trial's id there; None for the note of the study itself.
    """
    known = storage.get_study_system_attrs(study)
    version, part = _note_keys(trial)
    starts = range(0, len(markdown), LONGEST_PART)
    parts = [markdown[start : start + LONGEST_PART] for start in starts]
    while f"{part}{len(parts)}" in known:  # it was longer before
        parts.append("")
    notes = {version: known.get(version, 0) + 1}
    notes |= {f"{part}{at}": text for at, text in enumerate(parts)}
    if isinstance(storage, BatchJournalStorage):
        storage.set_study_system_attrs(study, notes)
        return
    for name, value in notes.items():
        storage.set_study_system_attr(study, name, value)


def read_note(attributes: Mapping[str, Any], trial: int | None) -> dict[str, Any]:
    """The note of a trial, or of the study itself, as optuna-dashboard's own function gives it.

    That one goes through all attributes; the keys are known, so that they can be looked up.

    Args:
        attributes: The study's system attributes.
        trial: The trial's id; None for the note of the study itself.
    """
    version, part = _note_keys(trial)
    parts = list[str]()
    while (key := f"{part}{len(parts)}") in attributes:
        parts.append(attributes[key])
    return {"version": int(attributes.get(version, 0)), "body": "".join(parts)}


def _note_keys(trial: int | None) -> tuple[str, str]:
    """The attribute with a note's version, and what those with its parts begin with."""
    owner = "dashboard:" if trial is None else f"dashboard:{trial}:"
    return f"{owner}note_ver", f"{owner}note_str:"


@contextmanager
def changed_dashboard(
    select_curves: Callable[[list[FrozenTrial], StudyDirection], list[FrozenTrial]],
    select_importances: Callable[[list[FrozenTrial], Callable[[], list[Any]]], list[Any]],
) -> Iterator[None]:
    """Have optuna-dashboard look notes and artifacts up, and draw other curves and importances.

    Args:
        select_curves: Given all trials of a study and the direction of its first objective, gives
            them as they are to be drawn.
        select_importances: Given all trials of a study and what computes its importances, gives
            those that are to be drawn.
    """
    from optuna_dashboard import _app, _note, _serializer

    get_trials, get_importances = _app.get_trials, _app.get_param_importance_from_trials_cache
    list_artifacts, get_note = _serializer.list_trial_artifacts, _note.get_note_from_system_attrs

    def some_curves(cache: Any, storage: BaseStorage, study: int) -> list[FrozenTrial]:
        direction = storage.get_study_directions(study)[0]
        return select_curves(get_trials(cache, storage, study), direction)

    def some_importances(
        cache: Any, storage: BaseStorage, study: int, objective: int, trials: list[FrozenTrial]
    ) -> list[Any]:
        return select_importances(
            trials, lambda: get_importances(cache, storage, study, objective, trials)
        )

    def own_artifacts(study: dict[str, Any], own: dict[str, Any], trial: FrozenTrial) -> Any:
        return list_artifacts({}, own, trial)  # the study's attributes had them long ago

    _app.get_trials, _app.get_param_importance_from_trials_cache = some_curves, some_importances
    _serializer.list_trial_artifacts, _note.get_note_from_system_attrs = own_artifacts, read_note
    try:
        yield
    finally:
        _app.get_trials, _app.get_param_importance_from_trials_cache = get_trials, get_importances
        _serializer.list_trial_artifacts = list_artifacts
        _note.get_note_from_system_attrs = get_note


# Set once: each change of a level empties the caches of all loggers.
optuna.logging.set_verbosity(optuna.logging.ERROR)


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Hold back what Optuna tells its own programmers and our users cannot act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        warnings.filterwarnings("ignore", module=r"optuna\.")
        yield
