"""What the dashboard says of a study as a whole, kept up to date."""

from __future__ import annotations

from automl.core.records import TrialRecord
from automl.tuning.notes import study_note
from automl.tuning.study import Study
from automl.tuning.watch import Setting


class Board:
    """Writes the study's note when the search begins, and with every trial that is the best yet.

    Args:
        study: The study.
        setting: What was known when the search began.
    """

    def __init__(self, study: Study, setting: Setting) -> None:
        self._study, self._setting = study, setting
        self._best, self._baseline = setting.best, setting.baseline
        self._write()

    def end(self, trial: TrialRecord) -> None:
        """A trial ended."""
        if trial.number == 0:
            self._baseline = trial
        if trial.status == "complete" and trial.beats(self._best, self._setting.maximize):
            self._best = trial
            self._write()

    def _write(self) -> None:
        self._study.write_note(study_note(self._setting, self._best, self._baseline))
