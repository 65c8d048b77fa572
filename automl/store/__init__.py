"""The one place that knows the layout of results/."""

from __future__ import annotations

from automl.store.disk import check_room, write_text, writing
from automl.store.store import Store
from automl.store.study_folder import StudyFolder
from automl.store.trial_folder import TrialFolder
from automl.store.trial_names import (
    ARTIFACTS,
    FINISHED,
    LEGS,
    LOG,
    PULSE,
    REVIEW,
    STATE,
    WEIGHTS,
)

__all__ = [
    "ARTIFACTS",
    "FINISHED",
    "LEGS",
    "LOG",
    "PULSE",
    "REVIEW",
    "STATE",
    "WEIGHTS",
    "Store",
    "StudyFolder",
    "TrialFolder",
    "check_room",
    "write_text",
    "writing",
]
