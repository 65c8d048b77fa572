"""Taking up a study that was begun before, and keeping what this run has changed of its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.api.changes import changes
from automl.api.parts import storage_of
from automl.api.sampling import make_sampling
from automl.api.settling import Settled
from automl.store import Store, StudyFolder
from automl.tuning.lock import locked
from automl.tuning.watch import Watcher

if TYPE_CHECKING:
    from automl.tuning.plan import Plan
    from automl.tuning.study import Study


def reopen_study(settled: Settled, store: Store, watcher: Watcher) -> Study:
    """Take up a study.

    Args:
        settled: What it is to do from now on.
        store: The results folder.
        watcher: Hears what has changed since it began.
    """
    from automl.tuning.creating import take_up_study

    plan, folder = settled.plan, store.study(settled.plan.name)
    for change in changes(folder.record(), settled.data):
        watcher.announce(change)
    _keep(plan, folder)
    storage = storage_of(plan, store)
    return take_up_study(storage, plan.name, *make_sampling(settled), folder.lock)


def _keep(plan: Plan, folder: StudyFolder) -> None:
    """Note what is the study's from now on, not this run's alone."""
    now = {"trials": plan.trials, "data": plan.data, "ensemble": plan.ensemble}
    with locked(folder.lock):  # another process may count an opening of the test split
        folder.create({**folder.record(), **now})
