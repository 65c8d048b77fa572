"""The state of a study: its trials as they are in the storage now, and which process runs which."""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import ClassVar

import optuna
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

from automl.core.executor import MOST_LOSSES
from automl.core.machine import is_alive, this_process
from automl.core.records import COUNTED, Point, StudyRecord, TrialRecord, dominates
from automl.core.trial import Config, Status
from automl.tuning import trial_records
from automl.tuning.optuna_private import study_id, study_storage, trial_id


class StudyState:
    """Reads a study that other processes may search meanwhile; writes nothing.

    A trial that has ended never changes, so it is read once and counted. That keeps every question
    as fast after ten thousand trials as after one.

    Args:
        study: Study to read.
    """

    def __init__(self, study: optuna.Study) -> None:
        self._study = study
        self._open: dict[int, int] = {}  # number -> id of each trial that has not ended
        self._known = 0  # number of trials that were read
        self._counted = self._begun = 0  # of trials that have ended
        self._configs: dict[str, int] = {}  # fingerprint -> first ended trial with it
        self._complete: list[tuple[float, int]] = []  # value that ranks a trial, number
        self._front: dict[int, Point] = {}

    def trial(self, number: int) -> FrozenTrial:
        """A trial as Optuna keeps it; must not be changed."""
        storage, study = study_storage(self._study), study_id(self._study)
        return storage.get_trial(storage.get_trial_id_from_study_id_trial_number(study, number))

    def record(self, number: int) -> TrialRecord:
        """A trial as a plain value."""
        return trial_records.trial_record(self.trial(number))

    def records(self) -> StudyRecord:
        """The whole study as a plain value."""
        return trial_records.study_record(self._study)

    def running(self) -> list[FrozenTrial]:
        """The trials that run according to Optuna, whether or not their processes are alive."""
        unended = self._unended()
        return [
            each
            for each in unended
            if each.state == TrialState.RUNNING and not trial_records.is_held(each)
        ]

    def held(self) -> list[FrozenTrial]:
        """The trials that were pruned at a rung and may go on later."""
        return [each for each in self._unended() if trial_records.is_held(each)]

    @property
    def has_waiting(self) -> bool:
        """Whether a trial waits to be asked for, again or for the first time."""
        return any(each.state == TrialState.WAITING for each in self._unended())

    @property
    def created(self) -> int:
        """Number of trials that the study has, whatever their states."""
        self._unended()
        return self._known

    @property
    def claimed(self) -> int:
        """Number of trials that count for the total: those that are over, held, or run."""
        running = sum(each.state == TrialState.RUNNING for each in self._unended())
        return self._counted + running

    @property
    def may_complete(self) -> int:
        """Number of trials that are complete, or run and may become so."""
        return len(self.running()) + len(self._complete)

    @property
    def begun(self) -> int:
        """Number of trials that ever went to a worker."""
        running = sum(map(trial_records.has_begun, self._unended()))
        return running + self._begun

    def best_complete(self, most: int | None = None) -> list[int]:
        """Numbers of the complete trials, best first, at most ``most`` of them."""
        self._unended()
        return [number for _, number in self._complete[:most]]

    def front(self) -> set[int]:
        """Numbers of the trials on the Pareto front; with one objective, that of the best trial."""
        if len(self._study.directions) == 1:
            return set(self.best_complete(1))
        self._unended()
        return set(self._front)

    def twin(self, number: int, config: Config) -> int | None:
        """Number of another trial with the same configuration, or None.

        Args:
            number: Number of the trial that has it now.
            config: Configuration to look for.
        """
        ours = trial_records.fingerprint(config)
        same = (
            each.number
            for each in self._unended()
            if each.user_attrs.get(trial_records.CONFIG) == ours
        )
        found = {*same, *([self._configs[ours]] if ours in self._configs else [])} - {number}
        return min(found, default=None)

    def _unended(self) -> list[FrozenTrial]:
        """The trials that have not ended, after reading what is new."""
        unended = []
        for trial in (*self._open_trials(), *self._new_trials()):
            if trial.state.is_finished():
                self._open.pop(trial.number, None)
                self._count(trial)
            else:
                self._open[trial.number] = trial_id(trial)
                unended.append(trial)
        return unended

    def _open_trials(self) -> list[FrozenTrial]:
        storage = study_storage(self._study)
        return [storage.get_trial(each) for each in self._open.values()]

    def _new_trials(self) -> Iterator[FrozenTrial]:
        if not self._known:  # all at once, which is much faster in a database
            trials = self._study.get_trials(deepcopy=False)
            self._known = len(trials)
            yield from trials
        while True:
            try:
                trial = self.trial(self._known)
            except KeyError:  # there is no trial of that number yet
                return
            self._known += 1
            yield trial

    def _count(self, trial: FrozenTrial) -> None:
        """Count a trial that has ended."""
        status = trial_records.status_of(trial)
        self._counted += status in COUNTED
        if trial_records.has_begun(trial):
            self._begun += 1
            known = self._configs.setdefault(trial.user_attrs[trial_records.CONFIG], trial.number)
            self._configs[trial.user_attrs[trial_records.CONFIG]] = min(known, trial.number)
        if status == "complete":
            point = self._point(trial)
            insort(self._complete, (point[0], trial.number))
            self._update_front(trial.number, point)

    def _point(self, trial: FrozenTrial) -> Point:
        """A complete trial's objectives, smaller is better; without those that are not known."""
        maximize = self._study.directions[0] == StudyDirection.MAXIMIZE
        costs = trial_records.costs_of(trial, (self._study.metric_names or [])[1:])
        value = -trial.values[0] if maximize else trial.values[0]
        return (value, *(each for each in costs if each is not None))

    def _update_front(self, number: int, point: Point) -> None:
        whole = len(point) == len(self._study.directions)
        if whole and not any(dominates(each, point) for each in self._front.values()):
            kept = {at: each for at, each in self._front.items() if not dominates(point, each)}
            self._front = {**kept, number: point}


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

    def set_aside(self, trial: optuna.Trial) -> None:
        """Hold a trial that was pruned at a rung: any process may take it up later."""
        trial.set_user_attr("owner", "")
        self.forget(trial.number)

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
            if trial_records.has_begun(trial) and self.lose(trial.number).too_many:
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
