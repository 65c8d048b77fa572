"""A study that several processes may search at once: create it, ask for trials, tell results.

Processes take turns to ask for trials. Each trial notes the process that runs it, so that another
one can take over the trials of a process that has died.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import optuna
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.distributions import Value
from automl.core.errors import StudyError
from automl.core.executor import MOST_LOSSES
from automl.core.files import locked
from automl.core.machine import is_alive, this_process
from automl.core.records import Reference, TrialRecord
from automl.core.trial import Status, TrialResult
from automl.tuning.journal_repair import IDENTITY
from automl.tuning.optuna_private import (
    QueueAwareStudy,
    quiet_optuna,
    study_id,
    study_storage,
    trial_id,
    write_note,
)
from automl.tuning.storage import turn_at
from automl.tuning.study_state import StudyState
from automl.tuning.trial_records import (
    FEASIBLE,
    OUT_OF_BOUNDS,
    REFERENCES,
    costs_of,
    has_begun,
    note_end,
)

# Study attribute with what all searches of the study must agree on.
AGREEMENT = "automl:agreement"

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


def note_begun(study: SharedStudy, agreement: Mapping[str, str]) -> None:
    """Note that a study is completely set up, and what a search must agree on to join it."""
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

    def note_references(self, references: Sequence[Reference]) -> None:
        """Keep models to compare with, which dashboards show as well."""
        kept = [asdict(each) for each in references]
        self._storage.set_study_user_attr(study_id(self._study), REFERENCES, kept)

    def write_note(self, markdown: str) -> None:
        """Set what the dashboard says of the study."""
        write_note(self._storage, study_id(self._study), markdown)

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
        """Tell Optuna how a trial ended, as ``note_end`` noted it; a paused one waits instead."""
        status = Status(trial.user_attrs["status"])
        if status is Status.PAUSED:
            self.claims.release(trial.number)
            return self.state.record(trial.number)
        self._constrain(trial, status)
        values = self._objectives(trial.number) if status is Status.COMPLETE else None
        return self._tell(trial, _OPTUNA_STATES[status], values)

    def reject(self, trial: optuna.Trial, reason: str, violation: float) -> TrialRecord:
        """Tell Optuna that a configuration cannot be run, and by how much it is over a limit."""
        result = TrialResult(trial.number, Status.INFEASIBLE, reason=reason, violation=violation)
        note_end(trial, result, f"**Infeasible: {reason}**")
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
        if status in OUT_OF_BOUNDS:
            trial.set_constraint(FEASIBLE, trial.user_attrs.get("violation", 1.0))
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
        costs = costs_of(trial, (self._study.metric_names or [])[1:])
        # A damaged journal may have lost some of the attributes.
        value = trial.values[0] if trial.values else trial.user_attrs["value"]
        return [value, *(each for each in costs if each is not None)]


@dataclass(frozen=True)
class LossCount:
    """How often a trial was lost with its process since its last report.

    Args:
        step: Last reported step of the trial, 0 for none.
        count: Number of losses since that step.
    """

    KEY: ClassVar[str] = "lost"

    step: int
    count: int

    @classmethod
    def of(cls, trial: FrozenTrial) -> LossCount:
        """The losses of ``trial``; none if it has reported since it was last lost."""
        step, count = trial.user_attrs.get(cls.KEY, (0, 0))
        reached = trial.last_step or 0
        return cls(reached, count if step == reached else 0)

    @property
    def one_more(self) -> LossCount:
        """The count after another loss."""
        return LossCount(self.step, self.count + 1)

    @property
    def too_many(self) -> bool:
        """Whether the trial is given up."""
        return self.count >= MOST_LOSSES

    def as_record(self) -> list[int]:
        """The value that the study's storage keeps."""
        return [self.step, self.count]


class TrialClaims:
    """Claims trials for this process, releases them, and takes over those of dead processes.

    Args:
        study: The study.
        state: The study's trials as they are now.
    """

    # Study and number of the trials that searches of this process hold. A search that broke off
    # because its storage was gone could not release them there.
    _held: ClassVar[set[tuple[str, int]]] = set()

    def __init__(self, study: optuna.Study, state: StudyState) -> None:
        self._storage, self._state = study_storage(study), state
        self._study, self._owner = study.study_name, this_process()

    def claim(self, trial: optuna.Trial) -> None:
        """Note that this process runs a trial."""
        trial.set_user_attr("owner", self._owner)
        self._held.add((self._study, trial.number))

    def forget(self, number: int) -> None:
        """This process no longer runs a trial, whether or not the storage could be told."""
        self._held.discard((self._study, number))

    def let_go(self, numbers: Collection[int]) -> None:
        """Release the trials that a search still had when it ended, for whatever reason."""
        for number in numbers:
            self.forget(number)
        for number in numbers:
            self.release(number)

    def release(self, number: int) -> None:
        """Have a running trial wait, to be resumed later; one that has ended stays as it is."""
        trial = self._state.trial(number)
        if trial.state == TrialState.RUNNING:
            self._storage.set_trial_state_values(trial_id(trial), TrialState.WAITING)

    def take_over(self) -> None:
        """Release the trials of dead processes; fail those that were lost too often."""
        for trial in self._state.running():
            owner = trial.user_attrs.get("owner", "")
            if self._has(trial.number) if owner == self._owner else is_alive(owner):
                continue
            if has_begun(trial) and self.lose(trial.number).too_many:
                reason = "given up: its process died several times before its next report"
                self._give_up(trial, reason)
            else:
                self.release(trial.number)

    def lose(self, number: int) -> LossCount:
        """Count that a trial was lost with its process."""
        trial = self._state.trial(number)
        losses = LossCount.of(trial).one_more
        self._storage.set_trial_user_attr(trial_id(trial), LossCount.KEY, losses.as_record())
        return losses

    def _has(self, number: int) -> bool:
        return (self._study, number) in self._held

    def _give_up(self, trial: FrozenTrial, reason: str) -> None:
        for key, value in {"reason": reason, "status": Status.FAILED.value}.items():
            self._storage.set_trial_user_attr(trial_id(trial), key, value)
        self._storage.set_trial_state_values(trial_id(trial), TrialState.FAIL)
