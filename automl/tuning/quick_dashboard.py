"""optuna-dashboard, made to open a study of thousands of trials in seconds.

For each trial that it sends to the browser, optuna-dashboard 0.21 goes twice through the attributes
of the whole study, where the notes of all trials are, which takes tens of seconds for 5,000 trials.
The keys are known, so that they can be looked up. And the browser draws a line for every learning
curve, for which it stands still as long again; a few hundred lines already cover each other. What
it takes with and without this is measured by benchmarks/dashboard.py.
"""

from __future__ import annotations

import copy
from typing import Any

from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState
from optuna_dashboard import _app, _note, _serializer

# Of a study with more trials, so many of the best and as many of the latest keep their curves.
MOST_CURVES = 100

_list_artifacts = _serializer.list_trial_artifacts
_get_trials = _app.get_trials


def make_quick() -> None:
    """Have the dashboards of this process look notes up, and draw some of many curves."""
    _note.get_note_from_system_attrs = _look_up_note
    _serializer.list_trial_artifacts = _list_own_artifacts
    _app.get_trials = _with_few_curves


def _with_few_curves(cache: Any, storage: BaseStorage, study_id: int) -> list[FrozenTrial]:
    """All trials, most of them without their curves where they are many."""
    trials: list[FrozenTrial] = _get_trials(cache, storage, study_id)
    if len(trials) <= 2 * MOST_CURVES:
        return trials
    kept = {each.number for each in trials[-MOST_CURVES:]}
    kept.update(each.number for each in trials if not each.state.is_finished())
    whole = [each for each in trials if each.state == TrialState.COMPLETE]
    directions = storage.get_study_directions(study_id)
    whole.sort(key=lambda each: each.values[0], reverse=directions[0] == StudyDirection.MAXIMIZE)
    kept.update(each.number for each in whole[:MOST_CURVES])
    return [each if each.number in kept else _without_curve(each) for each in trials]


def _without_curve(trial: FrozenTrial) -> FrozenTrial:
    bare = copy.copy(trial)  # the trial itself is the storage's own
    bare.intermediate_values = {}
    return bare


def _look_up_note(study_attributes: dict[str, Any], trial_id: int | None) -> dict[str, Any]:
    """The note of a trial, or of the study itself, as the function of this name in ``_note``."""
    version = study_attributes.get(_note.note_ver_key(trial_id), 0)
    prefix, parts = _note.note_str_key_prefix(trial_id), list[str]()
    while (key := f"{prefix}{len(parts)}") in study_attributes:
        parts.append(study_attributes[key])
    return {"version": int(version), "body": "".join(parts)}


def _list_own_artifacts(
    study_attributes: dict[str, Any], trial_attributes: dict[str, Any], trial: FrozenTrial
) -> Any:
    """The artifacts of a trial: its own attributes have them; those of the study had, long ago."""
    return _list_artifacts({}, trial_attributes, trial)
