"""Beginning a study: in the storage, with what its first trials are to be, and in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.api.changes import identity
from automl.api.parts import storage_of
from automl.api.sampling import make_sampling
from automl.api.settling import Settled
from automl.api.warm_starting import warm_start
from automl.core.errors import StudyError
from automl.store import Store, StudyFolder
from automl.tuning.lock import locked
from automl.tuning.watch import Watcher

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

    from automl.tuning.study import Study


def check_new(folder: StudyFolder) -> None:
    """Check that no study was begun in a folder.

    Raises:
        StudyError: if one was.
    """
    if folder.exists():
        name = folder.name
        raise StudyError(
            f"a study {name!r} is there already; go on with it: automl resume {name}, "
            f"or give the new one another name: --name {name}-2"
        )


def begin_study(settled: Settled, store: Store, watcher: Watcher) -> Study:
    """Make a study, to which nothing has happened yet.

    Args:
        settled: What it is to do.
        store: The results folder.
        watcher: Hears what it takes over from another study.

    Raises:
        StudyError: if its name is taken.
    """
    folder, storage = store.study(settled.plan.name), storage_of(settled.plan, store)
    folder.lock.parent.mkdir(exist_ok=True)
    with locked(folder.lock):  # of two that begin it at once, one finds it begun
        check_new(folder)
        study = _create(storage, settled, folder)
        study.enqueue(settled.space.baseline())
        _start_warm(study, settled, store, watcher)
        folder.create(_record(settled))
    return study


def _create(storage: BaseStorage, settled: Settled, folder: StudyFolder) -> Study:
    from automl.tuning.creating import create_study

    plan = settled.plan
    sampler, pruner = make_sampling(settled)
    return create_study(
        storage=storage,
        name=plan.name,
        metric=settled.metric,
        maximize=settled.maximize,
        sampler=sampler,
        pruner=pruner,
        lock=folder.lock,
        minimize=plan.minimize,
    )


def _start_warm(study: Study, settled: Settled, store: Store, watcher: Watcher) -> None:
    """Have the best configurations of another study come next, where one was named."""
    plan = settled.plan
    if plan.init_from is None:
        return
    found = warm_start(plan, plan.init_from, settled.space, store)
    watcher.announce(found.in_words())
    for start in found.starts:
        study.enqueue(start.values, origin=f"trial {start.trial} of {found.study}")


def _record(settled: Settled) -> dict[str, Any]:
    """What study.yaml keeps: all that ``resume`` needs, and what a reader wants to know."""
    plan, space = settled.plan, settled.space
    return {**plan.as_record(), **identity(settled.data), "text": space.text}
