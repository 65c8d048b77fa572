"""Which trials keep their weights."""

from __future__ import annotations

from automl.core.records import TrialRecord
from automl.store import StudyFolder
from automl.tuning.standing import Standing

# How many of the best trials do.
KEPT = 3


class Keeper:
    """Keeps the weights of the best few trials and of the front, and what paused ones go on from.

    Args:
        folder: The study's.
        standing: The study as it is: other processes may end trials of it, too.
    """

    def __init__(self, folder: StudyFolder, standing: Standing) -> None:
        self._folder, self._standing = folder, standing
        self._have = set(standing.best_complete())
        self._drop_others()

    def end(self, trial: TrialRecord) -> None:
        """Drop what the end of ``trial`` has made superfluous."""
        if trial.status == "paused":
            return
        self._folder.trial(trial.number).drop_state()
        if trial.status != "complete":
            self._folder.trial(trial.number).drop_weights()
            return
        self._have.add(trial.number)
        self._drop_others()

    def _drop_others(self) -> None:
        kept = {*self._standing.best_complete()[:KEPT], *self._standing.front()}
        for number in self._have - kept:
            self._folder.trial(number).drop_weights()
        self._have &= kept
