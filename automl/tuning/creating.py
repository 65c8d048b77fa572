"""Studies in a storage: made, taken up again, and cleared away where they were half made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import optuna
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import TrialState

from automl.core.errors import StudyError
from automl.tuning.quiet import quiet_optuna
from automl.tuning.study import Study


def create_study(
    storage: BaseStorage,
    name: str,
    metric: str,
    maximize: bool,
    sampler: BaseSampler,
    pruner: BasePruner,
    lock: Path,
    minimize: Sequence[str] = (),
) -> Study:
    """Begin a study.

    Args:
        storage: Where it is kept.
        name: Its name.
        metric: The objective.
        maximize: Whether larger is better.
        sampler: Draws its trials.
        pruner: Stops weak ones.
        lock: File by which processes take turns.
        minimize: The further objectives, of ``COSTS``.

    Raises:
        StudyError: if the name is taken, by a study of which a trial was begun.
    """
    first = StudyDirection.MAXIMIZE if maximize else StudyDirection.MINIMIZE
    with quiet_optuna():
        if name in optuna.get_all_study_names(storage):
            _forget_unbegun(storage, name)
        made = optuna.create_study(
            storage=storage,
            study_name=name,
            directions=[first, *(StudyDirection.MINIMIZE for _ in minimize)],
            sampler=sampler,
            pruner=pruner,
        )
        made.set_metric_names([metric, *minimize])
    return Study(made, lock)


def take_up_study(
    storage: BaseStorage, name: str, sampler: BaseSampler, pruner: BasePruner, lock: Path
) -> Study:
    """Take up a study again; see ``create_study``."""
    with quiet_optuna():
        loaded = optuna.load_study(storage=storage, study_name=name, sampler=sampler, pruner=pruner)
    return Study(loaded, lock)


def _forget_unbegun(storage: BaseStorage, name: str) -> None:
    """Delete what is left of a study whose process died while it was being made.

    Raises:
        StudyError: if it is more than that.
    """
    trials = optuna.load_study(storage=storage, study_name=name).get_trials(deepcopy=False)
    if any(trial.state != TrialState.WAITING for trial in trials):
        raise StudyError(
            f"the storage has a study {name!r} already, though its folder is not in the "
            f"results; give the new one another name: --name {name}-2"
        )
    optuna.delete_study(storage=storage, study_name=name)
