"""What a study's trials keep of themselves in the storage, and the study read as plain values.

Optuna keeps a state, parameters and values of each trial; everything else is a user attribute.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from automl.core.errors import StudyError
from automl.core.machine import is_alive
from automl.core.records import Reference, StudyRecord, TrialRecord
from automl.core.registry import nearest
from automl.core.trial import Config, Status, TrialResult
from automl.tuning import optuna_private

_STATUSES = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}

# Study attribute with models that cost nothing.
REFERENCES = "references"
# Trial attributes with the costs of the model.
LATENCY, SIZE, FLOPS = "latency", "size", "flops"
# Trial attributes with the fingerprint of the configuration, and whether the trial was feasible.
CONFIG, FEASIBLE = "config", "feasible"


@dataclass(frozen=True)
class StopNote:
    """Why a trial stops; noted when that is decided, in case it is lost before it is told.

    Args:
        step: Reporting step at which it stops; 0 if it does not.
        reason: Why, in words.
        rung: Rung that it is held at and may go on from, from 1; 0 if it stops for good.
    """

    KEY: ClassVar[str] = "stopped"

    step: int = 0
    reason: str = ""
    rung: int = 0

    @classmethod
    def of(cls, trial: FrozenTrial | optuna.Trial) -> StopNote:
        """The note of a trial; older versions noted no rung."""
        return cls(*trial.user_attrs.get(cls.KEY, ()))

    def keep(self, trial: optuna.Trial) -> None:
        """Keep the note in the study."""
        trial.set_user_attr(self.KEY, (self.step, self.reason, self.rung))


OUT_OF_BOUNDS = (Status.INFEASIBLE, Status.DIVERGED)
# The dashboard does not show constraints; this attribute says the same.
_FEASIBLE = {
    Status.COMPLETE: True,
    Status.PRUNED: True,
    Status.INFEASIBLE: False,
    Status.DIVERGED: False,
}
_COSTS = {"latency": LATENCY, "parameters": SIZE, "flops": FLOPS}


def is_held(trial: FrozenTrial) -> bool:
    """Whether a trial was pruned at a rung and may go on later.

    To Optuna it runs, though it has no owner: so samplers know that its configuration is taken.
    """
    noted = trial.user_attrs
    return (
        trial.state == TrialState.RUNNING
        and noted.get("status") == Status.PRUNED.value
        and noted.get("owner") == ""
    )


def status_of(trial: FrozenTrial) -> str:
    """The status of a trial, as of ``TrialRecord``."""
    state = _STATUSES[trial.state]
    if is_held(trial):
        return Status.PRUNED.value
    if trial.state == TrialState.RUNNING:
        return state if is_alive(trial.user_attrs.get("owner", "")) else "waiting"
    status: str = trial.user_attrs.get("status", state)
    # A result that Optuna was not told yet does not count.
    return state if trial.state == TrialState.WAITING and status != "paused" else status


def costs_of(trial: FrozenTrial, names: Sequence[str]) -> tuple[float | None, ...]:
    """Costs of a trial's model, by names of ``COSTS``; None for those that are not known."""
    return tuple(trial.user_attrs.get(_COSTS[name]) for name in names)


def trial_record(trial: FrozenTrial) -> TrialRecord:
    """An Optuna trial as a plain value."""
    noted = trial.user_attrs
    return TrialRecord(
        number=trial.number,
        status=status_of(trial),
        objective=noted.get("value", trial.values[0] if trial.values else None),
        parameters=dict(trial.params),
        reason=noted.get("reason", ""),
        seconds=noted.get("seconds", 0.0),
        device=noted.get("device", ""),
        num_parameters=noted.get(SIZE),
        flops=noted.get(FLOPS),
        epoch=noted.get("epoch", 0.0),
        latency=noted.get(LATENCY),
        origin=noted.get("origin", ""),
        loss=noted.get("loss"),
    )


def study_record(study: optuna.Study) -> StudyRecord:
    """An Optuna study as a plain value."""
    names = study.metric_names or ["value"]
    return StudyRecord(
        name=study.study_name,
        metric=names[0],
        maximize=study.directions[0] == optuna.study.StudyDirection.MAXIMIZE,
        trials=tuple(trial_record(each) for each in study.get_trials(deepcopy=False)),
        minimize=tuple(names[1:]),
        references=tuple(Reference(**each) for each in study.user_attrs.get(REFERENCES, ())),
    )


def load_record(storage: BaseStorage, name: str) -> StudyRecord:
    """A study of a storage as a plain value.

    Raises:
        StudyError: if there is no such study; names the nearest.
    """
    return study_record(load_study(storage, name))


def load_study(storage: BaseStorage, name: str) -> optuna.Study:
    """A study of a storage, for reading.

    Raises:
        StudyError: if there is no such study; names the nearest.
    """
    try:
        with optuna_private.quiet_optuna():
            return optuna.load_study(storage=storage, study_name=name)
    except KeyError as error:
        known = tuple(optuna.get_all_study_names(storage))
        guess = nearest(name, known)
        hint = f"did you mean {guess!r}?" if guess else "see `automl studies`"
        raise StudyError(f"no study {name!r}; {hint}") from error


@dataclass(frozen=True)
class TimeUsed:
    """The time that a study has used so far.

    Args:
        begun: Time at which its first trial began, or None before that.
        ended: Time at which its last trial ended, or None before that.
        wall: Seconds during which a search (its final model included) or a trial ran, without the
            pauses between runs.
        on_workers: Seconds that trials held workers, in all.
    """

    begun: datetime | None
    ended: datetime | None
    wall: float
    on_workers: float


def time_used(study: optuna.Study, runs: Sequence[tuple[datetime, float]] = ()) -> TimeUsed:
    """The time that a study has used so far.

    Args:
        study: The study, whose trials noted their seconds when they ended.
        runs: Start and seconds of each run of the search that ended by itself.
    """
    trials = study.get_trials(deepcopy=False)
    ends = [(each.datetime_complete, each.user_attrs.get("seconds", 0.0)) for each in trials]
    ran = [(end - timedelta(seconds=took), end) for end, took in ends if end is not None]
    ran += [(begun, begun + timedelta(seconds=took)) for begun, took in runs]
    starts = (each.datetime_start for each in trials)
    return TimeUsed(
        begun=min((each for each in starts if each is not None), default=None),
        ended=max((end for _, end in ran), default=None),
        wall=_together(ran),
        on_workers=sum(took for _, took in ends),
    )


def _together(spans: list[tuple[datetime, datetime]]) -> float:
    """Seconds that are covered by at least one of the spans."""
    total, reached = timedelta(), datetime.min
    for start, end in sorted(spans):
        total += max(end - max(start, reached), timedelta())
        reached = max(reached, end)
    return total.total_seconds()


def fingerprint(config: Config) -> str:
    """A short text that is the same for equal configurations only."""
    return sha256(json.dumps(asdict(config), sort_keys=True).encode()).hexdigest()


def has_begun(trial: FrozenTrial | optuna.Trial) -> bool:
    """Whether a trial ever went to a worker."""
    return CONFIG in trial.user_attrs


def note_attributes(trial: optuna.Trial, attributes: Mapping[str, object]) -> None:
    """Set attributes of a trial; in a journal all of them at once."""
    if isinstance(trial.storage, optuna_private.BatchJournalStorage):
        trial.storage.set_trial_user_attrs(optuna_private.trial_id(trial), attributes)
        optuna_private.remember_attributes(trial, attributes)
        return
    for name, value in attributes.items():
        trial.set_user_attr(name, value)


def note_begin(trial: optuna.Trial, config: Config, num_parameters: int, flops: int) -> None:
    """Note that a trial goes to a worker.

    Args:
        trial: The trial.
        config: Configuration of the trial.
        num_parameters: Number of parameters of its network.
        flops: Floating-point operations for one example.
    """
    note_attributes(trial, {CONFIG: fingerprint(config), SIZE: num_parameters, FLOPS: flops})


def note_end(trial: optuna.Trial, result: TrialResult, note: str) -> None:
    """Note how a trial ended; that is final even if this process dies before it tells Optuna.

    Args:
        trial: The trial.
        result: Result of the trial.
        note: Note for the dashboard, in Markdown; empty for none.
    """
    if note:
        optuna_private.write_note(
            trial.storage,
            optuna_private.study_id(trial.study),
            note,
            optuna_private.trial_id(trial),
        )
    known = trial.user_attrs
    ended = _attributes(result, known.get(LATENCY))
    # Empty values are not written, except over what a pause left there.
    news = {
        key: value
        for key, value in ended.items()
        if value != known.get(key) and (value not in ("", None) or key in known)
    }
    note_attributes(trial, news)


def _attributes(result: TrialResult, latency: float | None) -> dict[str, object]:
    """The attributes of a trial that ended.

    Args:
        result: Result of the trial.
        latency: Latency that is noted already, in case the trial has measured nothing.
    """
    last = result.measurements[-1] if result.measurements else None
    return {
        "reason": result.reason,
        "value": result.objective,
        "loss": result.loss,
        # The measurements of a trial that went on know of the time before.
        "seconds": round(max(result.seconds, last.seconds if last else 0.0), 3),
        "device": result.device,
        "epoch": last.epoch if last else 0.0,
        LATENCY: last.latency if last else latency,
        "violation": result.violation or 1.0 if result.status in OUT_OF_BOUNDS else None,
        FEASIBLE: _FEASIBLE.get(result.status),
        "status": result.status.value,  # last: attributes with a status are complete
    }
