"""Create, join or resume a study, and describe it to its search and its watchers."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from automl.api.datasets import DatasetLoader
from automl.api.stored_study import storage_of
from automl.api.warm_start import warm_start
from automl.core.errors import StudyError
from automl.core.files import locked
from automl.core.text import shell_word
from automl.core.trial import Config
from automl.finalizing.ranking import FINALISTS, SEEDS
from automl.report.changes import changes, environment_record
from automl.store import Store, StudyFolder
from automl.tuning.plan import ResolvedPlan, make_sampling
from automl.tuning.watcher import SearchInfo, Watcher

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

    from automl.core.costs import NetworkProfile
    from automl.core.executor import Executor
    from automl.core.final import FinalRecord
    from automl.core.records import StudyRecord
    from automl.tuning.plan import Plan
    from automl.tuning.search import SearchProblem
    from automl.tuning.study import SharedStudy


def check_new(folder: StudyFolder) -> None:
    """Check that a folder has no study.

    Raises:
        StudyError: if it has one.
    """
    if folder.exists():
        name = folder.name
        raise StudyError(
            f"a study {name!r} exists already; resume it: automl resume {shell_word(name)}, "
            f"or give the new one another name: --name {name}-2"
        )


def begin_study(resolved: ResolvedPlan, store: Store, watcher: Watcher) -> SharedStudy:
    """Create a study, or join another search that has just created it.

    Args:
        resolved: Plan of the study.
        store: Results folder.
        watcher: Watcher that is told what the study takes over from another one.

    Raises:
        StudyError: if its name is taken.
    """
    from automl.tuning.storage import turn_at
    from automl.tuning.study import agreement_of, note_begun

    plan = resolved.plan
    folder, storage = store.study(plan.name), storage_of(plan, store)
    folder.lock.parent.mkdir(exist_ok=True)
    with locked(folder.lock), turn_at(storage, plan.name):
        begun = agreement_of(storage, plan.name)
        if begun is not None and (folder.exists() or plan.storage is not None):
            return _join(storage, resolved, folder, watcher, begun)
        check_new(folder)
        study = _create(storage, resolved, folder)
        study.enqueue(resolved.space.baseline())
        _enqueue_warm_start(study, resolved, store, watcher)
        folder.create(_record(resolved))
        note_begun(study, _agreement(resolved))
    return study


def _join(
    storage: BaseStorage,
    resolved: ResolvedPlan,
    folder: StudyFolder,
    watcher: Watcher,
    begun: Mapping[str, str],
) -> SharedStudy:
    """Open a study that another search created, here or with another results folder.

    Raises:
        StudyError: if that is another study of the same name, or there is nothing left to do.
    """
    from automl.tuning.study import open_study

    plan, ours = resolved.plan, _agreement(resolved)
    differ = [each for each in ours if begun.get(each) != ours[each]]
    if differ:
        raise StudyError(
            f"the storage has a study {plan.name!r} already, with another {differ[0]}; "
            f"give the new one another name: --name {plan.name}-2"
        )
    study = open_study(storage, plan.name, *make_sampling(resolved), folder.lock)
    if study.state.records().counted >= plan.trials:
        raise StudyError(
            f"the storage has a study {plan.name!r} already, and its {plan.trials} trials are "
            f"over; give the new one another name: --name {plan.name}-2"
        )
    if not folder.exists():
        folder.create(_record(resolved))
    watcher.announce(f"joins the study {plan.name!r}, which another search has begun")
    return study


def _agreement(resolved: ResolvedPlan) -> dict[str, str]:
    """What all searches of a study must agree on, each as text."""
    plan = resolved.plan
    return {
        "space": sha256(repr((resolved.space.text, *plan.overrides.items())).encode()).hexdigest(),
        "data set": resolved.data.fingerprint,
        "metric": ", ".join((resolved.metric, *plan.minimize)),
        "number of epochs": str(plan.epochs),
        "sampler": plan.sampler,
        "pruner": plan.pruner,
        "seed": str(plan.seed),
    }


def _create(storage: BaseStorage, resolved: ResolvedPlan, folder: StudyFolder) -> SharedStudy:
    from automl.tuning.study import create_study

    plan = resolved.plan
    sampler, pruner = make_sampling(resolved)
    return create_study(
        storage=storage,
        name=plan.name,
        metric=resolved.metric,
        maximize=resolved.maximize,
        sampler=sampler,
        pruner=pruner,
        lock=folder.lock,
        minimize=plan.minimize,
    )


def _enqueue_warm_start(
    study: SharedStudy, resolved: ResolvedPlan, store: Store, watcher: Watcher
) -> None:
    """Enqueue the best configurations of another study, if the plan names one."""
    plan = resolved.plan
    if plan.init_from is None:
        return
    found = warm_start(plan, plan.init_from, resolved.space, store)
    watcher.announce(found.in_words())
    for start in found.starts:
        study.enqueue(start.values, origin=f"trial {start.trial} of {found.study}")


def _record(resolved: ResolvedPlan) -> dict[str, Any]:
    """The content of study.yaml: all that ``resume`` needs, and what readers want to know."""
    plan, space = resolved.plan, resolved.space
    return {**plan.as_record(), **environment_record(resolved.data), "text": space.text}


def reopen_study(resolved: ResolvedPlan, store: Store, watcher: Watcher) -> SharedStudy:
    """Open a study to resume it.

    Args:
        resolved: Plan of the study from now on.
        store: Results folder.
        watcher: Watcher that is told what has changed since the study began.
    """
    from automl.tuning.study import open_study

    plan, folder = resolved.plan, store.study(resolved.plan.name)
    for change in changes(folder.record(), resolved.data):
        watcher.announce(change)
    _keep_changes(plan, folder)
    storage = storage_of(plan, store)
    return open_study(storage, plan.name, *make_sampling(resolved), folder.lock)


def _keep_changes(plan: Plan, folder: StudyFolder) -> None:
    """Keep those changes of the plan that concern the study, not only this run."""
    now = {
        "trials": plan.trials,
        "data": plan.data,
        "ensemble": plan.ensemble,
        "storage": plan.storage,
        "storage_env": plan.storage_env,
    }
    with locked(folder.lock):  # another process may count an opening of the test split
        folder.create({**folder.record(), **now})


def make_search_info(
    resolved: ResolvedPlan, executor: Executor, study: StudyRecord, final: FinalRecord | None
) -> SearchInfo:
    """Facts that are known when a search begins.

    Args:
        resolved: Plan of the study.
        executor: Executor of its trials.
        study: The study with its trials so far.
        final: Its final model; None while there is none.
    """
    plan = resolved.plan
    return SearchInfo(
        study=plan.name,
        space=plan.space,
        data=resolved.data.describe(),
        device=executor.device,
        trials=plan.trials,
        done=study.counted,
        best=study.best,
        baseline=study.baseline,
        final=final,
        epochs=plan.epochs,
        steps=resolved.steps,
        timeout=plan.timeout,
        metric=resolved.metric,
        maximize=resolved.maximize,
        slots=executor.slots,
        finalists=FINALISTS if plan.finalize else 0,
        seeds=SEEDS,
        minimize=plan.minimize,
    )


def make_problem(
    resolved: ResolvedPlan, info: SearchInfo, datasets: DatasetLoader
) -> SearchProblem:
    """The problem that a search works on.

    Args:
        resolved: Plan of the study.
        info: Facts that are known when the search begins.
        datasets: Loader of the study's data.
    """
    from automl.trials.inspector import inspect
    from automl.tuning.search import SearchProblem

    plan, space = resolved.plan, resolved.space

    def profile(config: Config) -> NetworkProfile:
        return inspect(config, datasets(config), space.objective.constraints)

    return SearchProblem(
        info=info,
        space=space,
        inspect=profile,
        load=datasets,
        seed=plan.seed,
        pruner=plan.pruner,
        limits=plan.limits,
        deterministic=plan.deterministic,
        max_latency=space.objective.constraints.get("latency"),
    )
