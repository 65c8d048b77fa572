"""Which trials keep their weights."""

from __future__ import annotations

from automl.search.records import StudyRecord, TrialRecord
from automl.store import StudyFolder

# How many of the best trials do.
KEPT = 3


class Keeper:
    """Keeps the weights of the best few trials, and what paused ones need to go on.

    Args:
        folder: The study's.
        study: The study as it is now.
    """

    def __init__(self, folder: StudyFolder, study: StudyRecord) -> None:
        self._folder, self._study = folder, study
        self._best = [each for each in study.ranked if each.status == "complete"][:KEPT]

    def end(self, trial: TrialRecord) -> None:
        """Drop what the end of ``trial`` has made superfluous."""
        if trial.status == "paused":
            return
        self._folder.drop_state(trial.number)
        if trial.status != "complete":
            self._folder.drop_weights(trial.number)
            return
        ranked = sorted([*self._best, trial], key=self._study.rank)
        for each in ranked[KEPT:]:
            self._folder.drop_weights(each.number)
        self._best = ranked[:KEPT]
