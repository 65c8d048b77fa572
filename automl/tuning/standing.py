"""How a study stands: what its trials are in the storage at this moment."""

from __future__ import annotations

import optuna
from optuna.trial import FrozenTrial, TrialState

from automl.core.records import COUNTED, StudyRecord, TrialRecord
from automl.core.trial import Config
from automl.tuning.reading import status_of, study_record, trial_record
from automl.tuning.trial_facts import CONFIG, fingerprint, has_begun


class Standing:
    """Reads a study that other processes may work on meanwhile; writes nothing.

    Args:
        study: The study.
    """

    def __init__(self, study: optuna.Study) -> None:
        self._study = study

    def trials(self, *states: TrialState) -> list[FrozenTrial]:
        """The trials in one of ``states``, or all, as Optuna has them; not to be changed."""
        return self._study.get_trials(deepcopy=False, states=states or None)

    def trial(self, number: int) -> FrozenTrial:
        """One trial as Optuna has it."""
        storage, study = self._study._storage, self._study._study_id
        return storage.get_trial(storage.get_trial_id_from_study_id_trial_number(study, number))

    def record(self, number: int) -> TrialRecord:
        """One trial as a plain value."""
        return trial_record(self.trial(number))

    def records(self) -> StudyRecord:
        """The whole study as a plain value."""
        return study_record(self._study)

    @property
    def claimed(self) -> int:
        """Trials of the total that are over or with a process, whichever it is."""
        return sum(
            trial.state == TrialState.RUNNING or status_of(trial) in COUNTED
            for trial in self.trials()
        )

    @property
    def begun(self) -> int:
        """Trials that ever went to a worker."""
        return sum(map(has_begun, self.trials()))

    @property
    def has_waiting(self) -> bool:
        """Whether a trial waits to be asked for again."""
        return bool(self.trials(TrialState.WAITING))

    def best_complete(self) -> list[int]:
        """The numbers of the complete trials, best first."""
        complete = [each for each in self.trials() if status_of(each) == "complete"]
        sign = -1 if self._study.directions[0] == optuna.study.StudyDirection.MAXIMIZE else 1
        complete.sort(key=lambda each: (sign * each.values[0], each.number))
        return [each.number for each in complete]

    def front(self) -> set[int]:
        """The complete trials that no other beats in all objectives; of one, none but the best."""
        if len(self._study.directions) == 1:
            return set(self.best_complete()[:1])
        return {each.number for each in self.records().front}

    def twin(self, number: int, config: Config) -> int | None:
        """The number of another trial of the same configuration, or None.

        Args:
            number: The trial's that has it now.
            config: The configuration.
        """
        ours = fingerprint(config)
        for other in self.trials():
            if other.user_attrs.get(CONFIG) == ours and other.number != number:
                return other.number
        return None
