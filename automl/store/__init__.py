"""The one place that knows the layout of results/."""

from __future__ import annotations

from automl.store.disk import OPENINGS, Openings, check_room, writing
from automl.store.study_folder import Store, StudyFolder
from automl.store.trial_folder import (
    ARTIFACTS,
    FINISHED,
    HEARTBEAT,
    LOG,
    REVIEW,
    SEGMENTS,
    STATE,
    WEIGHTS,
    TrialFolder,
    holds_weights,
)

__all__ = [
    "ARTIFACTS",
    "FINISHED",
    "HEARTBEAT",
    "LOG",
    "OPENINGS",
    "REVIEW",
    "SEGMENTS",
    "STATE",
    "WEIGHTS",
    "Openings",
    "Store",
    "StudyFolder",
    "TrialFolder",
    "check_room",
    "holds_weights",
    "writing",
]
