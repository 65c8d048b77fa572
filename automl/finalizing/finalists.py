"""Which trials are refitted, and with which seeds."""

from __future__ import annotations

import json

from automl.core.errors import StudyError
from automl.core.records import StudyRecord, TrialRecord
from automl.store import StudyFolder

# How many of the best trials are refitted, and how often each.
FINALISTS = 3
SEEDS = 3
# Trials' seeds count up from their study's; no study has so many.
FRESH = 1_000_000


def pick_finalists(study: StudyRecord, folder: StudyFolder) -> tuple[TrialRecord, ...]:
    """The best complete trials, no two of the same configuration."""
    found: dict[str, TrialRecord] = {}
    for trial in study.ranked:
        if trial.status == "complete" and len(found) < FINALISTS:
            try:
                config = json.dumps(folder.trial(trial.number).config(), sort_keys=True)
            except StudyError:  # the results were copied without this trial's folder
                continue
            found.setdefault(config, trial)
    return tuple(found.values())


def fresh_seeds(seed: int) -> tuple[int, ...]:
    """Seeds that no trial of the study had: a trial was picked for its luck with its own."""
    return tuple(seed + FRESH + number for number in range(SEEDS))
