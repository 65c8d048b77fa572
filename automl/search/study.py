"""An Optuna study as this tool uses it: asked, told and remembered by the driver alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import optuna
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.trial import TrialState

from automl.core.distributions import Value
from automl.core.errors import StudyError
from automl.core.trial import Config, Status, TrialResult
from automl.search.notes import write_note
from automl.search.owner import is_alive, this_process
from automl.search.quiet import quiet_optuna
from automl.search.reading import study_record, trial_record
from automl.search.records import StudyRecord, TrialRecord

# The constraint that samplers learn from: 0 or less is feasible.
FEASIBLE = "feasible"


def fingerprint(config: Config) -> str:
    """The same text for the same configuration."""
    return json.dumps(asdict(config), sort_keys=True)


class Study:
    """One study in a storage.

    Args:
        optuna_study: The study itself, with its sampler and pruner.
    """

    def __init__(self, optuna_study: optuna.Study) -> None:
        self._study = optuna_study
        self._twins: dict[str, int] = {}
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
    ) -> Study:
        """Begin a study.

        Raises:
            StudyError: if the name is taken.
        """
        directions = optuna.study.StudyDirection
        with quiet_optuna():
            try:
                made = optuna.create_study(
                    storage=storage,
                    study_name=name,
                    direction=directions.MAXIMIZE if maximize else directions.MINIMIZE,
                    sampler=sampler,
                    pruner=pruner,
                )
            except optuna.exceptions.DuplicatedStudyError as error:
                raise StudyError(
                    f"the storage has a study {name!r} already, though its folder is not in the "
                    f"results; give the new one another name: --name {name}-2"
                ) from error
            made.set_metric_names([metric])
        return cls(made)

    @classmethod
    def load(
        cls, storage: BaseStorage, name: str, sampler: BaseSampler, pruner: BasePruner
    ) -> Study:
        """Take up a study again; trials that a dead process left running wait to go on."""
        with quiet_optuna():
            loaded = optuna.load_study(
                storage=storage, study_name=name, sampler=sampler, pruner=pruner
            )
        study = cls(loaded)
        for trial in loaded.get_trials(deepcopy=False):
            if trial.state == TrialState.RUNNING and not is_alive(
                trial.user_attrs.get("owner", "")
            ):
                study.release(trial.number)
            if "config" in trial.user_attrs and trial.state.is_finished():
                study._twins.setdefault(trial.user_attrs["config"], trial.number)
        return study

    def enqueue(self, values: Mapping[str, Value]) -> None:
        """Have the next trial take these values."""
        self._study.enqueue_trial(dict(values))

    def ask(self) -> optuna.Trial:
        """The next trial: a waiting one if there is one, else a new one."""
        with quiet_optuna():
            trial = self._study.ask()
        trial.set_user_attr("owner", self._owner)
        return trial

    def twin(self, config: Config) -> int | None:
        """The number of an earlier trial of the same configuration, or None."""
        return self._twins.get(fingerprint(config))

    def begin(self, trial: optuna.Trial, config: Config, size: int, flops: int) -> None:
        """Note that a trial goes to a worker."""
        self._twins[fingerprint(config)] = trial.number
        for key, value in {"config": fingerprint(config), "size": size, "flops": flops}.items():
            trial.set_user_attr(key, value)

    def end(self, trial: optuna.Trial, result: TrialResult, note: str) -> TrialRecord:
        """Tell Optuna how a trial ended; a paused one waits to go on."""
        facts = {
            "status": result.status.value,
            "reason": result.reason,
            "value": result.value,
            "seconds": round(result.seconds, 3),
            "device": result.device,
            "epoch": result.measurements[-1].epoch if result.measurements else 0.0,
        }
        self._set_facts(trial, facts)
        write_note(trial, note)
        if result.status is Status.INFEASIBLE:
            trial.set_constraint(FEASIBLE, 1.0)
        self._tell(trial, result.status, result.value)
        return self.record(trial.number)

    def reject(self, trial: optuna.Trial, reason: str, violation: float) -> TrialRecord:
        """Tell Optuna that a configuration cannot be run, and by how much it was over."""
        trial.set_constraint(FEASIBLE, violation)
        self._set_facts(trial, {"status": "infeasible", "reason": reason})
        write_note(trial, f"**Infeasible: {reason}**")
        self._tell(trial, Status.INFEASIBLE, None)
        return self.record(trial.number)

    def repeat(self, trial: optuna.Trial, twin: int) -> TrialRecord:
        """Tell Optuna that an earlier trial had this configuration, and how that one ended."""
        earlier = self.record(twin)
        self._set_facts(
            trial, {"status": "duplicate", "reason": f"the same configuration as trial {twin}"}
        )
        if earlier.status == "complete":
            self._tell(trial, Status.COMPLETE, earlier.value)
        else:
            self._tell(trial, Status.FAILED, None)
        return self.record(trial.number)

    def release(self, number: int) -> None:
        """Let a running trial wait, to be gone on with later."""
        storage = self._study._storage
        identity = storage.get_trial_id_from_study_id_trial_number(self._study._study_id, number)
        storage.set_trial_state_values(identity, TrialState.WAITING)

    def record(self, number: int) -> TrialRecord:
        """One trial as it stands."""
        storage = self._study._storage
        identity = storage.get_trial_id_from_study_id_trial_number(self._study._study_id, number)
        return trial_record(storage.get_trial(identity))

    def records(self) -> StudyRecord:
        """The whole study as it stands."""
        return study_record(self._study)

    def _set_facts(self, trial: optuna.Trial, facts: Mapping[str, Any]) -> None:
        known = trial.user_attrs
        for key, value in facts.items():
            # What is empty is not written, but it does take the place of what a pause left there.
            if value not in ("", None) or key in known:
                trial.set_user_attr(key, value)

    def _tell(self, trial: optuna.Trial, status: Status, value: float | None) -> None:
        with quiet_optuna():
            if status is Status.PAUSED:
                self.release(trial.number)
            elif status is Status.COMPLETE:
                self._study.tell(trial, value)
            elif status in (Status.PRUNED, Status.INFEASIBLE):
                self._study.tell(trial, state=TrialState.PRUNED)
            else:
                self._study.tell(trial, state=TrialState.FAIL)
