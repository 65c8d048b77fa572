"""An Optuna study as this tool uses it: asked, told and remembered by drivers alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import optuna
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState
from optuna_dashboard import save_note

from automl.core.distributions import Value
from automl.core.errors import StudyError
from automl.core.records import COUNTED, StudyRecord, TrialRecord
from automl.core.trial import Config, Status, TrialResult
from automl.tuning.lock import locked
from automl.tuning.losses import Losses
from automl.tuning.owner import is_alive, this_process
from automl.tuning.quiet import quiet_optuna
from automl.tuning.reading import LATENCY, costs_of, status_of, study_record, trial_record

# The constraint that samplers learn from: 0 or less is feasible.
FEASIBLE = "feasible"
# Of several objectives TPE cannot rank the trials that were stopped by what they reported. With so
# small a violation they rank behind all that came to their end, and before those out of bounds.
STOPPED_EARLY, SLIGHT = "stopped early", 1e-6
# How Optuna is told of each end; a trial out of bounds is a pruned one with a constraint.
_STATES = {
    Status.COMPLETE: TrialState.COMPLETE,
    Status.PRUNED: TrialState.PRUNED,
    Status.INFEASIBLE: TrialState.PRUNED,
    Status.DIVERGED: TrialState.PRUNED,
    Status.FAILED: TrialState.FAIL,
}
_OUT_OF_BOUNDS = (Status.INFEASIBLE, Status.DIVERGED)
# The dashboard shows no constraints, so that attributes say the same.
_FEASIBLE = {
    Status.COMPLETE: True,
    Status.PRUNED: True,
    Status.INFEASIBLE: False,
    Status.DIVERGED: False,
}


def fingerprint(config: Config) -> str:
    """The same short text for the same configuration; every trial's is in the journal."""
    return sha256(json.dumps(asdict(config), sort_keys=True).encode()).hexdigest()


class Study:
    """One study in a storage; several processes may work on it at once.

    Args:
        optuna_study: The study itself, with its sampler and pruner.
        lock: File by which the processes take turns.
    """

    def __init__(self, optuna_study: optuna.Study, lock: Path) -> None:
        self._study, self._lock = optuna_study, lock
        self._storage = optuna_study._storage
        self._owner = this_process()

    @classmethod
    def create(
        cls,
        storage: BaseStorage,
        name: str,
        metric: str,
        maximize: bool,
        sampler: BaseSampler,
        pruner: BasePruner,
        lock: Path,
        minimize: Sequence[str] = (),
    ) -> Study:
        """Begin a study.

        Args:
            storage: Where it is kept.
            name: Its name.
            metric: The objective.
            maximize: Whether larger is better.
            sampler: Draws its trials.
            pruner: Stops weak ones.
            lock: File by which processes take turns.
            minimize: The further objectives, of ``COSTS``.

        Raises:
            StudyError: if the name is taken, by a study of which a trial was begun.
        """
        up, down = optuna.study.StudyDirection.MAXIMIZE, optuna.study.StudyDirection.MINIMIZE
        with quiet_optuna():
            if name in optuna.get_all_study_names(storage):
                _forget_unbegun(storage, name)
            made = optuna.create_study(
                storage=storage,
                study_name=name,
                directions=[up if maximize else down, *(down for _ in minimize)],
                sampler=sampler,
                pruner=pruner,
            )
            made.set_metric_names([metric, *minimize])
        return cls(made, lock)

    @classmethod
    def load(
        cls, storage: BaseStorage, name: str, sampler: BaseSampler, pruner: BasePruner, lock: Path
    ) -> Study:
        """Take up a study again."""
        with quiet_optuna():
            loaded = optuna.load_study(
                storage=storage, study_name=name, sampler=sampler, pruner=pruner
            )
        return cls(loaded, lock)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Have the study to oneself: trials are asked for, and taken over, in here alone."""
        with locked(self._lock):
            yield

    def enqueue(self, values: Mapping[str, Value], origin: str = "") -> None:
        """Have the next trial take these values; what is not among them is drawn.

        Args:
            values: Parameter name -> value.
            origin: Where they are from, in words.
        """
        self._study.enqueue_trial(dict(values), {"origin": origin} if origin else None)

    def take_over(self) -> None:
        """Let trials wait that dead processes left running; those lost too often are given up."""
        for trial in self._trials(TrialState.RUNNING):
            owner = trial.user_attrs.get("owner", "")
            if owner == self._owner or is_alive(owner):
                continue
            if self.has_begun(trial) and self.lose(trial.number).too_many:
                reason = "given up: its process died several times before its next report"
                self._give_up(trial, reason)
            else:
                self.release(trial.number)

    def ask(self) -> optuna.Trial:
        """The next trial: a waiting one if there is one, else a new one."""
        with quiet_optuna():
            trial = self._study.ask()
        trial.set_user_attr("owner", self._owner)
        return trial

    @property
    def claimed(self) -> int:
        """Trials of the total that are over or with a process, whichever it is."""
        return sum(
            trial.state == TrialState.RUNNING or status_of(trial) in COUNTED
            for trial in self._trials()
        )

    @property
    def begun(self) -> int:
        """Trials that ever went to a worker."""
        return sum(map(self.has_begun, self._trials()))

    @property
    def has_waiting(self) -> bool:
        """Whether a trial waits to be asked for again."""
        return bool(self._trials(TrialState.WAITING))

    def best_complete(self) -> list[int]:
        """The numbers of the complete trials, best first."""
        complete = [each for each in self._trials() if status_of(each) == "complete"]
        sign = -1 if self._study.directions[0] == optuna.study.StudyDirection.MAXIMIZE else 1
        complete.sort(key=lambda each: (sign * each.values[0], each.number))
        return [each.number for each in complete]

    def front(self) -> set[int]:
        """The complete trials that no other beats in all objectives; of one, none but the best."""
        if len(self._study.directions) == 1:
            return set(self.best_complete()[:1])
        return {each.number for each in self.records().front}

    def twin(self, trial: optuna.Trial, config: Config) -> int | None:
        """The number of another trial of the same configuration, or None."""
        ours = fingerprint(config)
        for other in self._trials():
            if other.user_attrs.get("config") == ours and other.number != trial.number:
                return other.number
        return None

    def begin(self, trial: optuna.Trial, config: Config, size: int, flops: int) -> None:
        """Note that a trial goes to a worker."""
        for key, value in {"config": fingerprint(config), "size": size, "flops": flops}.items():
            trial.set_user_attr(key, value)

    def note_end(self, trial: optuna.Trial, result: TrialResult, note: str) -> None:
        """Keep how a trial ended, which is its end whatever happens before Optuna is told."""
        known = trial.user_attrs
        last = result.measurements[-1] if result.measurements else None
        facts = {
            "reason": result.reason,
            "value": result.value,
            "seconds": round(result.seconds, 3),
            "device": result.device,
            "epoch": last.epoch if last else 0.0,
            LATENCY: last.latency if last else known.get(LATENCY),
            "violation": result.violation or 1.0 if result.status in _OUT_OF_BOUNDS else None,
            FEASIBLE: _FEASIBLE.get(result.status),
            "status": result.status.value,  # last: facts that have it are whole
        }
        if note:
            save_note(trial, note)
        for key, value in facts.items():
            # What is empty is not written, but it does take the place of what a pause left there.
            if value != known.get(key) and (value not in ("", None) or key in known):
                trial.set_user_attr(key, value)

    def tell(self, trial: optuna.Trial) -> TrialRecord:
        """Tell Optuna how a trial ended, as it was noted; a paused one waits to go on."""
        facts = trial.user_attrs
        status = Status(facts["status"])
        if status is Status.PAUSED:
            self.release(trial.number)
            return self.record(trial.number)
        if status in _OUT_OF_BOUNDS:
            trial.set_constraint(FEASIBLE, facts["violation"])
        elif status is Status.PRUNED and len(self._study.directions) > 1:
            trial.set_constraint(STOPPED_EARLY, SLIGHT)
        values = self._objectives(trial.number) if status is Status.COMPLETE else None
        with quiet_optuna():
            self._study.tell(trial, values, state=_STATES[status])
        return self.record(trial.number)

    def write_note(self, markdown: str) -> None:
        """Set what the dashboard says of the study."""
        save_note(self._study, markdown)

    def reject(self, trial: optuna.Trial, reason: str, violation: float) -> TrialRecord:
        """Tell Optuna that a configuration cannot be run, and by how much it was over."""
        result = TrialResult(trial.number, Status.INFEASIBLE, reason=reason, violation=violation)
        self.note_end(trial, result, f"**Infeasible: {reason}**")
        return self.tell(trial)

    def repeat(self, trial: optuna.Trial, twin: int) -> TrialRecord:
        """Tell Optuna that an earlier trial had this configuration, and how that one ended."""
        earlier = self.record(twin)
        trial.set_user_attr("status", "duplicate")
        trial.set_user_attr("reason", f"the same configuration as trial {twin}")
        with quiet_optuna():
            if earlier.status == "complete":
                self._study.tell(trial, self._objectives(twin))
            else:
                self._study.tell(trial, state=TrialState.FAIL)
        return self.record(trial.number)

    def release(self, number: int) -> None:
        """Let a running trial wait, to be gone on with later; one that has ended stays as it is."""
        identity = self._identity(number)
        if self._storage.get_trial(identity).state == TrialState.RUNNING:
            self._storage.set_trial_state_values(identity, TrialState.WAITING)

    def lose(self, number: int) -> Losses:
        """Count that a trial was lost with its process."""
        identity = self._identity(number)
        losses = Losses.of(self._storage.get_trial(identity)).one_more
        self._storage.set_trial_user_attr(identity, Losses.KEY, losses.as_record())
        return losses

    def record(self, number: int) -> TrialRecord:
        """One trial as it stands."""
        return trial_record(self._storage.get_trial(self._identity(number)))

    def records(self) -> StudyRecord:
        """The whole study as it stands."""
        return study_record(self._study)

    @staticmethod
    def has_begun(trial: FrozenTrial | optuna.Trial) -> bool:
        """Whether a trial ever went to a worker."""
        return "config" in trial.user_attrs

    def _objectives(self, number: int) -> list[float]:
        """A trial's value and what its model costs, in the order of the study's objectives."""
        trial = self._storage.get_trial(self._identity(number))
        costs = costs_of(trial, (self._study.metric_names or [])[1:])
        return [trial.user_attrs["value"], *(each for each in costs if each is not None)]

    def _give_up(self, trial: FrozenTrial, reason: str) -> None:
        for key, value in {"reason": reason, "status": Status.FAILED.value}.items():
            self._storage.set_trial_user_attr(trial._trial_id, key, value)
        self._storage.set_trial_state_values(trial._trial_id, TrialState.FAIL)

    def _trials(self, *states: TrialState) -> list[FrozenTrial]:
        return self._study.get_trials(deepcopy=False, states=states or None)

    def _identity(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study._study_id, number)


def _forget_unbegun(storage: BaseStorage, name: str) -> None:
    """Delete what is left of a study whose process died while it was being made.

    Raises:
        StudyError: if it is more than that.
    """
    trials = optuna.load_study(storage=storage, study_name=name).get_trials(deepcopy=False)
    if any(trial.state != TrialState.WAITING for trial in trials):
        raise StudyError(
            f"the storage has a study {name!r} already, though its folder is not in the "
            f"results; give the new one another name: --name {name}-2"
        )
    optuna.delete_study(storage=storage, study_name=name)
