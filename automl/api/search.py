"""Search a space for a good model, and continue a study."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from os import PathLike, fspath
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from automl.api.datasets import dataset_name, kind_of, path_or_frame
from automl.api.session import SearchSession
from automl.api.setup import check_origin
from automl.api.spaces import as_yaml, find_and_read
from automl.api.stored_study import StoredStudy
from automl.api.study import Study
from automl.api.watchers import default_watcher, tracked
from automl.core.defaults import RESULTS
from automl.core.errors import UserError
from automl.core.executor import STALL_SECONDS
from automl.core.storage_url import StorageUrl
from automl.execution import EXECUTORS
from automl.store import Store
from automl.store.study_folder import check_study_name
from automl.tuning import PRUNERS, SAMPLERS
from automl.tuning.context import Watcher
from automl.tuning.plan import Plan, check_objectives, choose_metric

if TYPE_CHECKING:
    from pandas import DataFrame


def search(
    space: str | None = None,
    *,
    data: str | PathLike[str] | DataFrame | None = None,
    target: str | None = None,
    text: str | None = None,
    group: str | None = None,
    time: str | None = None,
    encoding: str | None = None,
    time_format: str | None = None,
    item: str | None = None,
    task: str | None = None,
    keep_rare: bool = False,
    size: int | None = None,
    name: str | None = None,
    trials: int | None = None,
    timeout: float | None = None,
    epochs: int | None = None,
    workers: int | None = None,
    cpus_per_trial: int | None = None,
    gpus_per_trial: float | None = None,
    sampler: str | None = None,
    pruner: str | None = None,
    metric: str | None = None,
    minimize: Sequence[str] | None = None,
    seed: int = 0,
    storage: str | None = None,
    storage_env: str | None = None,
    results: str = RESULTS,
    executor: str = "ray",
    ray_address: str | None = None,
    deterministic: bool = False,
    trial_timeout: float | None = None,
    stall_timeout: float | None = None,
    track: Sequence[str] = (),
    finalize: bool = True,
    ensemble: int | None = None,
    single: bool = False,
    init_from: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> Study:
    """Search a space for a good model.

    Args:
        space: Name of a shipped space, or path of one; None is the one for the kind of ``data``.
        data: Name or path of the dataset, or a DataFrame, which is kept as a file in the study's
            folder; None is the dataset of the space.
        target: Column to predict, in one's own data; None finds it by name.
        text: Column with the text; None finds it by name and content.
        group: Column whose equal values stay in one split: a patient, a film. Of a folder of
            images, a regular expression that finds that in their paths.
        time: Column to split by: the latest rows are held out.
        encoding: Character encoding of text files, such as cp1252; None detects it for each file.
        time_format: Format of dates in the codes of ``strptime``, or "seconds" or
            "milliseconds" since 1970; None is the one that fits a whole column.
        item: Column that names the series of a row, to forecast several; None finds it.
        task: Kind of target, "classification" or "regression"; None detects and announces it.
        keep_rare: Whether classes of one or two examples are kept, in the train split, rather than
            left out.
        size: Side in pixels that images are scaled to; None is theirs, at most 128.
        name: Name of the study; None is the name of the space.
        trials: Total number of trials; None is the space's.
        timeout: Time limit of the search in seconds, or None.
        epochs: Epochs of a full trial; None is the space's.
        workers: Number of trials that run at once; None is one per GPU, or else one per CPU core.
        cpus_per_trial: CPU threads per trial.
        gpus_per_trial: GPUs per trial; with a fraction, trials share one.
        sampler: Name of the sampler; None is the space's.
        pruner: Name of the pruner; None is the space's.
        metric: Metric that ranks trials; None is the space's, or else the task's.
        minimize: Costs to minimise as well: "latency", "parameters", "flops"; None is the space's.
        init_from: Name of a study in ``results`` whose best configurations come right after the
            baseline, as far as they fit the space.
        overrides: Values that replace the space's, by their paths in its file:
            ``{"training.label_smoothing": 0.1}``.
        seed: Random seed of the splits, the sampler and the trainings.
        storage: URL of a database; None is the journal in ``results``. A password in it goes to
            the environment of this process and nowhere else.
        storage_env: Name of the environment variable that holds the database's password, or its
            whole address, ``storage`` then being None.
        results: Folder that studies are written to.
        executor: Name of the executor: ``"ray"`` or ``"local"``.
        ray_address: Address of a running Ray cluster; None starts one here.
        deterministic: Whether the same seed gives the same trials, pruning and best with any number
            of workers; trials then wait for one another.
        trial_timeout: Time limit of a trial in seconds, or None.
        stall_timeout: Seconds without progress after which a trial is started again on another
            worker; None is ten minutes.
        track: Names of trackers that measurements also go to, of ``automl.tracking.TRACKERS``.
        finalize: Whether the search ends with the final model: the best few are refitted with new
            seeds, and the average of the refits of the best is measured on test.
        ensemble: Largest number of models in an ensemble, chosen by its score on validation; None
            is no ensemble.
        single: Whether the final model is one training on train and validation, and not the average
            of its refits.
        watcher: Watcher of the search; None is the view in a notebook, and silence elsewhere.
        stop: Event that, when set, pauses running trials and ends the search.

    Returns:
        The study as it stands when the search ends.

    Raises:
        UserError: on anything the user can mend; no study exists then.
    """
    from automl.data.kinds import check_kind

    began = monotonic()
    watcher = watcher or default_watcher()
    space = space or _space_for(data, watcher)
    changed = as_yaml(overrides or {})
    parsed = find_and_read(space, changed)
    kind = kind_of(parsed.tasks[0])
    if isinstance(data, str | PathLike) and text is None:
        check_kind(fspath(data), kind, Path(space).stem)
    choose_metric(metric, *parsed.tasks)  # a typo is told before the data is read
    address = StorageUrl.given(storage, storage_env)
    options: dict[str, str | bool | int | None] = {
        "target": target,
        "text": text,
        "group": group,
        "time": time,
        "time_format": time_format,
        "item": item,
        "encoding": encoding,
        "task": task,
        "keep_rare": keep_rare or None,
        "size": size,
    }
    store, called = Store(Path(results)), check_study_name(name or Path(space).stem)
    folder = store.study(called)
    source, frame = path_or_frame(data, folder)
    plan = Plan(
        name=called,
        space=space,
        task=parsed.tasks[0],
        data=dataset_name(source or parsed.data, kind),
        trials=trials or parsed.search.total(timeout),
        timeout=timeout,
        epochs=epochs or (0 if parsed.epochs == "auto" else parsed.epochs),
        sampler=SAMPLERS.check(sampler or parsed.search.sampler),
        pruner=PRUNERS.check(pruner or parsed.search.pruner),
        metric=metric,
        seed=seed,
        storage=address.url if address else None,
        storage_env=address.variable if address else None,
        executor=EXECUTORS.check(executor),
        workers=workers,
        cpus_per_trial=cpus_per_trial,
        gpus_per_trial=gpus_per_trial,
        ray_address=ray_address,
        deterministic=deterministic,
        trial_timeout=trial_timeout,
        stall_timeout=stall_timeout or STALL_SECONDS,
        options={name: value for name, value in options.items() if value is not None},
        track=tuple(dict.fromkeys(track)),
        finalize=finalize,
        ensemble=ensemble,
        single=single,
        init_from=init_from,
        overrides=changed,
        minimize=tuple(dict.fromkeys(parsed.objective.minimize if minimize is None else minimize)),
    )
    check_objectives(plan, parsed.objective.constraints)
    stop = stop or threading.Event()
    check_origin(plan, store)
    with (
        tracked(plan, folder, watcher, stop) as followed,
        frame.kept(folder, followed.announce) if frame else nullcontext(),
    ):
        outcome = SearchSession(plan, parsed, store, followed, stop, began).begin()
    return Study(outcome, results)


def resume(
    name: str,
    *,
    trials: int | None = None,
    timeout: float | None = None,
    data: str | None = None,
    workers: int | None = None,
    results: str = RESULTS,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> Study:
    """Continue a study until it has all its trials.

    Args:
        name: Name of the study.
        trials: New total number of trials; None keeps the study's.
        timeout: Time limit of this run in seconds; None keeps the study's.
        data: New path of the data, if it has moved.
        workers: Number of trials that run at once; None keeps the study's.
        results: Results folder that the study is in.
        watcher: Watcher of the search; None is the view in a notebook, and silence elsewhere.
        stop: Event that, when set, pauses running trials and ends the search.

    Raises:
        StudyError: if there is no such study, or it cannot be continued.
    """
    began = monotonic()
    stored = StoredStudy.find(name, results)
    place = None if data is None else dataset_name(data, kind_of(stored.plan.task))
    plan = stored.plan.changed(trials, timeout, place, workers)
    space, stop = stored.space(), stop or threading.Event()
    with tracked(plan, stored.folder, watcher or default_watcher(), stop) as followed:
        outcome = SearchSession(plan, space, stored.store, followed, stop, began).resume()
    return Study(outcome, results)


def _space_for(data: object, watcher: Watcher) -> str:
    """The search space for the kind of ``data``; the watcher is told.

    Raises:
        UserError: if the kind is not clear.
    """
    from automl.data.kinds import space_for

    if not isinstance(data, str | PathLike):
        raise UserError("name a search space, or data whose kind says which (see: automl spaces)")
    space = space_for(fspath(data))
    watcher.announce(f"{fspath(data)} is searched with the space {space}")
    return space
