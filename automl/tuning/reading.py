"""From Optuna's studies to plain values."""

from __future__ import annotations

from collections.abc import Sequence

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from automl.core.errors import StudyError
from automl.core.records import StudyRecord, TrialRecord
from automl.core.registry import nearest
from automl.tuning.owner import is_alive
from automl.tuning.quiet import quiet_optuna

_STATES = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}
# Where a trial has noted what its model costs.
LATENCY, SIZE, FLOPS = "latency", "size", "flops"
_COSTS = {"latency": LATENCY, "parameters": SIZE, "flops": FLOPS}


def status_of(trial: FrozenTrial) -> str:
    """What has become of a trial, in this tool's own words."""
    state = _STATES[trial.state]
    if trial.state == TrialState.RUNNING:
        return state if is_alive(trial.user_attrs.get("owner", "")) else "waiting"
    status: str = trial.user_attrs.get("status", state)
    # What is noted of an end that Optuna was not told of yet is no end.
    return state if trial.state == TrialState.WAITING and status != "paused" else status


def costs_of(trial: FrozenTrial, names: Sequence[str]) -> tuple[float | None, ...]:
    """What the model of a trial costs, by names of ``COSTS``; None where that is not known."""
    return tuple(trial.user_attrs.get(_COSTS[name]) for name in names)


def trial_record(trial: FrozenTrial) -> TrialRecord:
    """An Optuna trial as a plain value."""
    facts = trial.user_attrs
    return TrialRecord(
        number=trial.number,
        status=status_of(trial),
        value=facts.get("value", trial.values[0] if trial.values else None),
        parameters=dict(trial.params),
        reason=facts.get("reason", ""),
        seconds=facts.get("seconds", 0.0),
        device=facts.get("device", ""),
        size=facts.get(SIZE),
        flops=facts.get(FLOPS),
        epoch=facts.get("epoch", 0.0),
        latency=facts.get(LATENCY),
        origin=facts.get("origin", ""),
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
    )


def load_record(storage: BaseStorage, name: str) -> StudyRecord:
    """A study of a storage as a plain value.

    Raises:
        StudyError: if there is none of that name; says the nearest.
    """
    return study_record(load_study(storage, name))


def load_study(storage: BaseStorage, name: str) -> optuna.Study:
    """A study of a storage, to be read.

    Raises:
        StudyError: if there is none of that name; says the nearest.
    """
    try:
        with quiet_optuna():
            return optuna.load_study(storage=storage, study_name=name)
    except KeyError as error:
        known = tuple(optuna.get_all_study_names(storage))
        guess = nearest(name, known)
        hint = f"did you mean {guess!r}?" if guess else "see `automl studies`"
        raise StudyError(f"no study {name!r}; {hint}") from error
