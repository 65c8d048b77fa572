"""optuna-dashboard, made to look things up where it searches.

For each trial that it sends to the browser, optuna-dashboard 0.21 goes twice through the attributes
of the whole study, where the notes of all trials are: one of 5,000 trials took 50 seconds to open
(benchmarks/dashboard.py). The keys are known, so that they can be looked up.
"""

from __future__ import annotations

from typing import Any

from optuna.trial import FrozenTrial
from optuna_dashboard import _note, _serializer

_list_artifacts = _serializer.list_trial_artifacts


def make_quick() -> None:
    """Have this process's dashboard look up notes and artifacts of trials by their keys."""
    _note.get_note_from_system_attrs = _look_up_note
    _serializer.list_trial_artifacts = _list_own_artifacts


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
