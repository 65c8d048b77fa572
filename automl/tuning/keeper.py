"""Which trials keep their weights."""

from __future__ import annotations

from automl.core.records import TrialRecord
from automl.store import StudyFolder
from automl.tuning.study import Study

# How many of the best trials do.
KEPT = 3


class Keeper:
    """Keeps the weights of the best few trials and of the front, and what paused ones go on from.

    Args:
        folder: The study's.
        study: The study itself: other processes may end trials of it, too.
    """

    def __init__(self, folder: StudyFolder, study: Study) -> None:
        self._folder, self._study = folder, study
        self._have = set(study.best_complete())
        self._drop_others()

    def end(self, trial: TrialRecord) -> None:
        """Drop what the end of ``trial`` has made superfluous."""
        if trial.status == "paused":
            return
        self._folder.drop_state(trial.number)
        if trial.status != "complete":
            self._folder.drop_weights(trial.number)
            return
        self._have.add(trial.number)
        self._drop_others()

    def _drop_others(self) -> None:
        kept = {*self._study.best_complete()[:KEPT], *self._study.front()}
        for number in self._have - kept:
            self._folder.drop_weights(number)
        self._have &= kept
