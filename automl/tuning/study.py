"""A study that several processes may search at once: create it, ask for trials, tell results.

Processes take turns to ask for trials. Each trial notes the process that runs it, so that another
one can take over the trials of a process that has died.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import optuna
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import TrialState

from automl.core.distributions import Value
from automl.core.errors import StudyError
from automl.core.machine import locked
from automl.core.records import Reference, TrialRecord
from automl.core.trial import Status, TrialResult
from automl.tuning import trial_records
from automl.tuning.journal_repair import IDENTITY
from automl.tuning.optuna_private import (
    QueueAwareStudy,
    quiet_optuna,
    read_note,
    study_id,
    study_storage,
    trial_id,
    write_note,
)
from automl.tuning.pruners import Pruner
from automl.tuning.rungs import HeldTrials
from automl.tuning.storage import turn_at
from automl.tuning.study_state import StudyState, TrialClaims

# Study attribute with what all searches of the study must agree on.
AGREEMENT = "automl:agreement"
# Study attribute with the number of trials that were enqueued when the study was set up.
ENQUEUED = "automl:enqueued"

# With several objectives, TPE cannot rank trials that were pruned by the values they reported. With
# so small a violation they rank behind all complete trials and before infeasible ones.
STOPPED_EARLY, SLIGHT = "stopped early", 1e-6

# To Optuna, an infeasible trial is a pruned one with a constraint.
_OPTUNA_STATES = {
    Status.COMPLETE: TrialState.COMPLETE,
    Status.PRUNED: TrialState.PRUNED,
    Status.INFEASIBLE: TrialState.PRUNED,
    Status.DIVERGED: TrialState.PRUNED,
    Status.FAILED: TrialState.FAIL,
}


def create_study(
    storage: BaseStorage,
    name: str,
    metric: str,
    maximize: bool,
    sampler: BaseSampler,
    pruner: BasePruner,
    lock: Path,
    minimize: Sequence[str] = (),
) -> SharedStudy:
    """Create a study.

    Args:
        storage: Storage that the study is kept in.
        name: Name of the study.
        metric: Name of the metric that ranks trials.
        maximize: Whether larger values of the metric are better.
        sampler: Sampler of its trials.
        pruner: Pruner of its trials.
        lock: File by which processes take turns.
        minimize: Further objectives, of ``COSTS``; smaller is better in all of them.

    Raises:
        StudyError: if a study of that name has begun trials already.
    """
    first = StudyDirection.MAXIMIZE if maximize else StudyDirection.MINIMIZE
    with quiet_optuna():
        if name in optuna.get_all_study_names(storage):
            _delete_unfinished_study(storage, name)
        made = optuna.create_study(
            storage=storage,
            study_name=name,
            directions=[first, *(StudyDirection.MINIMIZE for _ in minimize)],
        )
        identity: dict[str, Any] = {"study_name": name, "directions": made.directions}
        storage.set_study_system_attr(study_id(made), IDENTITY, identity)
        made.set_metric_names([metric, *minimize])
    return open_study(storage, name, sampler, pruner, lock)


def open_study(
    storage: BaseStorage, name: str, sampler: BaseSampler, pruner: BasePruner, lock: Path
) -> SharedStudy:
    """Open a study that exists; arguments as of ``create_study``."""
    with quiet_optuna():
        return SharedStudy(OptunaStudy(name, storage, sampler, pruner), lock)


def is_held_back(trial: optuna.Trial, status: Status) -> bool:
    """Whether a trial that ended is held at a rung, from where it may go on later."""
    return status is Status.PRUNED and trial_records.StopNote.of(trial).rung > 0


def note_begun(study: SharedStudy, agreement: Mapping[str, str]) -> None:
    """Note that a study is completely set up, and what a search must agree on to join it."""
    study.note(ENQUEUED, {"trials": str(study.state.created)})
    study.note(AGREEMENT, dict(agreement))


def agreement_of(storage: BaseStorage, name: str) -> dict[str, str] | None:
    """The agreement of ``note_begun``; None if the study does not exist or is not set up."""
    if name not in optuna.get_all_study_names(storage):
        return None
    study = storage.get_study_id_from_name(name)
    noted: dict[str, str] | None = storage.get_study_system_attrs(study).get(AGREEMENT)
    return noted


def _delete_unfinished_study(storage: BaseStorage, name: str) -> None:
    """Delete what remains of a study whose process died while creating it.

    Raises:
        StudyError: if a trial of the study has begun.
    """
    trials = optuna.load_study(storage=storage, study_name=name).get_trials(deepcopy=False)
    if any(trial.state != TrialState.WAITING for trial in trials):
        raise StudyError(
            f"the storage has a study {name!r} already, though its folder is not in the "
            f"results; give the new one another name: --name {name}-2"
        )
    optuna.delete_study(storage=storage, study_name=name)


class OptunaStudy(QueueAwareStudy):
    """An Optuna study that knows the state of its trials without reading all of them.

    Attributes:
        state: The study's trials as they are now.
    """

    def __init__(
        self, name: str, storage: BaseStorage, sampler: BaseSampler, pruner: BasePruner
    ) -> None:
        super().__init__(name, storage, sampler, pruner)
        self.state = StudyState(self)

    @property
    def has_waiting(self) -> bool:
        """Whether a trial waits to be asked for, again or for the first time."""
        return self.state.has_waiting


class SharedStudy:
    """A study in a storage, which other processes may search at the same time.

    Args:
        optuna_study: The Optuna study, with its sampler and pruner.
        lock: File by which processes take turns.

    Attributes:
        state: The study's trials as they are now.
        claims: Which process runs which trial.
    """

    def __init__(self, optuna_study: OptunaStudy, lock: Path) -> None:
        self._study, self._lock = optuna_study, lock
        self._storage = study_storage(optuna_study)
        self.state = optuna_study.state
        self.claims = TrialClaims(optuna_study, self.state)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep other processes from asking for trials and taking them over meanwhile."""
        with locked(self._lock), turn_at(self._storage, self._study.study_name):
            yield

    def note(self, key: str, value: dict[str, str]) -> None:
        """Set an attribute of the study that dashboards do not show."""
        self._storage.set_study_system_attr(study_id(self._study), key, value)

    @property
    def enqueued_first(self) -> int:
        """Number of trials that were enqueued when the study was set up."""
        noted = self._storage.get_study_system_attrs(study_id(self._study))
        return int(noted.get(ENQUEUED, {}).get("trials", 1))

    def note_references(self, references: Sequence[Reference]) -> None:
        """Keep models to compare with, which dashboards show as well."""
        kept = [asdict(each) for each in references]
        self._storage.set_study_user_attr(study_id(self._study), trial_records.REFERENCES, kept)

    def show_attribute(self, name: str, value: str) -> None:
        """Set an attribute of the study that dashboards show."""
        self._storage.set_study_user_attr(study_id(self._study), name, value)

    def write_note(self, markdown: str, number: int | None = None) -> None:
        """Set what the dashboard says of a trial, or of the study itself."""
        trial = None if number is None else trial_id(self.state.trial(number))
        write_note(self._storage, study_id(self._study), markdown, trial)

    def trial_notes(self) -> dict[int, str]:
        """What the dashboard says of each trial, by its number."""
        attributes = self._storage.get_study_system_attrs(study_id(self._study))
        trials = self._study.get_trials(deepcopy=False)
        return {each.number: read_note(attributes, trial_id(each))["body"] for each in trials}

    def enqueue(self, values: Mapping[str, Value], origin: str = "") -> None:
        """Have the next trial use these values; parameters without a value are sampled.

        Args:
            values: Parameter name -> value.
            origin: Where the values come from, in words.
        """
        self._study.enqueue_trial(dict(values), {"origin": origin} if origin else None)

    def ask(self) -> optuna.Trial:
        """The next trial, claimed for this process: a waiting one, else a new one."""
        with quiet_optuna():
            trial = self._study.ask()
        self.claims.claim(trial)
        return trial

    def tell(self, trial: optuna.Trial) -> TrialRecord:
        """Tell Optuna how a trial ended, as ``note_end`` noted it.

        A paused one waits instead, and one that was pruned at a rung is held.
        """
        status = Status(trial.user_attrs["status"])
        if status is Status.PAUSED:
            self.claims.release(trial.number)
            return self.state.record(trial.number)
        if is_held_back(trial, status):
            self.claims.set_aside(trial)
            return self.state.record(trial.number)
        return self._end(trial, status)

    def take_up(self, number: int) -> optuna.Trial:
        """Have a held trial go on, claimed for this process; call it in the study's turn."""
        trial = self.claim_held(number)
        news = {trial_records.StopNote.KEY: (), "status": Status.PAUSED.value, "reason": ""}
        trial_records.note_attributes(trial, news)
        return trial

    def claim_held(self, number: int) -> optuna.Trial:
        """A held trial, claimed for this process; call it in the study's turn."""
        with quiet_optuna():
            trial = optuna.Trial(self._study, trial_id(self.state.trial(number)))
        self.claims.claim(trial)
        return trial

    def give_up(self, trial: optuna.Trial) -> TrialRecord:
        """Tell Optuna that a held trial, claimed before, is pruned for good."""
        return self._end(trial, Status.PRUNED)

    def held(self, most: int) -> HeldTrials:
        """The trials that were pruned at a rung and may go on.

        Args:
            most: Number of trials that the study is to have.
        """
        trials, pruner = self.state.held(), self._study.pruner
        if not trials or not isinstance(pruner, Pruner):
            return HeldTrials()
        table = pruner.table(self._study)
        return HeldTrials.of(table, trials, most) if table is not None else HeldTrials()

    def _end(self, trial: optuna.Trial, status: Status) -> TrialRecord:
        self._constrain(trial, status)
        values = self._objectives(trial.number) if status is Status.COMPLETE else None
        return self._tell(trial, _OPTUNA_STATES[status], values)

    def reject(self, trial: optuna.Trial, reason: str, violation: float) -> TrialRecord:
        """Tell Optuna that a configuration cannot be run, and by how much it is over a limit."""
        result = TrialResult(trial.number, Status.INFEASIBLE, reason=reason, violation=violation)
        trial_records.note_end(trial, result, f"**Infeasible: {reason}**")
        return self.tell(trial)

    def repeat(self, trial: optuna.Trial, twin: int) -> TrialRecord:
        """Tell Optuna that trial ``twin`` had the same configuration, and the result it had."""
        earlier = self.state.record(twin)
        trial.set_user_attr("status", "duplicate")
        trial.set_user_attr("reason", f"the same configuration as trial {twin}")
        if earlier.status == "complete":
            return self._tell(trial, TrialState.COMPLETE, self._objectives(twin))
        return self._tell(trial, TrialState.FAIL)

    def _constrain(self, trial: optuna.Trial, status: Status) -> None:
        """Set the constraint that samplers learn from: 0 or less is feasible."""
        if status in trial_records.OUT_OF_BOUNDS:
            trial.set_constraint(trial_records.FEASIBLE, trial.user_attrs.get("violation", 1.0))
        elif status is Status.PRUNED and len(self._study.directions) > 1:
            trial.set_constraint(STOPPED_EARLY, SLIGHT)

    def _tell(
        self, trial: optuna.Trial, state: TrialState, values: list[float] | None = None
    ) -> TrialRecord:
        with quiet_optuna():
            self._study.tell(trial, values, state=state)
        self.claims.forget(trial.number)
        return self.state.record(trial.number)

    def _objectives(self, number: int) -> list[float]:
        """A trial's metric and the costs of its model, in the order of the objectives."""
        trial = self.state.trial(number)
        costs = trial_records.costs_of(trial, (self._study.metric_names or [])[1:])
        # A damaged journal may have lost some of the attributes.
        value = trial.values[0] if trial.values else trial.user_attrs["value"]
        return [value, *(each for each in costs if each is not None)]
