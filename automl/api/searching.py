"""Searching a space, and going on with a study."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from automl.api.notebook import default_watcher
from automl.api.parts import dataset_name, find_study, kind_of, read_back
from automl.api.run import Run
from automl.api.settling import choose_metric
from automl.api.spaces import find_and_read
from automl.api.study import Study
from automl.api.tracking import tracked
from automl.api.warm_starting import check_origin
from automl.core.defaults import RESULTS
from automl.core.errors import UserError
from automl.store import Store
from automl.tuning.watch import Watcher


def search(
    space: str,
    *,
    data: str | None = None,
    target: str | None = None,
    text: str | None = None,
    group: str | None = None,
    time: str | None = None,
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
    results: str = RESULTS,
    executor: str = "ray",
    ray_address: str | None = None,
    deterministic: bool = False,
    trial_timeout: float | None = None,
    stall_timeout: float | None = None,
    track: Sequence[str] = (),
    finalize: bool = True,
    ensemble: int | None = None,
    init_from: str | None = None,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> Study:
    """Search a space for a good model.

    Args:
        space: Name of a shipped space, or path of one.
        data: Name or path of the dataset; None is the space's own.
        target: Column of one's own data that is predicted; None finds it by name.
        text: Column that holds the text; None finds it by name and content.
        group: Column whose equal values stay in one split: a patient, a film. Of a folder of
            images, a regular expression that finds that in their paths.
        time: Column to split by: the latest rows are held out.
        name: The study's name; None is the space's.
        trials: Trials in all; None is what the space says.
        timeout: Seconds the search may take, or None.
        epochs: Full length of a trial; None is what the space says.
        workers: Trials at once; None is one per GPU, or else one per CPU core.
        cpus_per_trial: CPU threads a trial.
        gpus_per_trial: GPUs a trial; a fraction shares one.
        sampler: Name of the sampler; None is what the space says.
        pruner: Name of the pruner; None is what the space says.
        metric: Which metric ranks trials; None is what the space or the task says.
        minimize: What is to be small as well: "latency", "parameters", "flops"; None is what the
            space says.
        init_from: Name of a study in ``results`` whose best configurations come right after the
            baseline, as far as they fit the space.
        seed: Of everything that is drawn.
        storage: An Optuna URL; None is the journal in ``results``.
        results: Folder that studies are written to.
        executor: ``"ray"`` or ``"local"``.
        ray_address: Address of a running Ray cluster; None starts one here.
        deterministic: Give the same trials, pruning and best for the same seed, whatever the number
            of workers; trials then wait for one another.
        trial_timeout: Seconds a trial may train, or None.
        stall_timeout: Seconds a trial may be without a sign of life before it is begun anew on
            another worker; None is ten minutes.
        track: Where measurements also go: "tensorboard", "wandb".
        finalize: Make the final model when the search has come to its end: refit the best few over
            several seeds, train one on train + validation, and measure it on the test split.
        ensemble: Also average up to so many of the models that were kept, chosen by their score on
            validation; None is no ensemble.
        watcher: Follows the search; None shows it in a notebook, and says nothing elsewhere.
        stop: Set it to have running trials pause and the search end.

    Returns:
        The study as it stands when the search ends.

    Raises:
        UserError: on anything the user can mend; nothing was begun then.
    """
    from automl.execution import EXECUTORS
    from automl.tuning import PRUNERS, SAMPLERS
    from automl.tuning.objectives import check_objectives
    from automl.tuning.plan import Plan
    from automl.tuning.watchdog import STALL_SECONDS

    parsed = find_and_read(space)
    choose_metric(metric, *parsed.tasks)  # a typo is told before the data is read
    columns = {"target": target, "text": text, "group": group, "time": time}
    plan = Plan(
        name=study_name(name or Path(space).stem),
        space=space,
        task=parsed.tasks[0],
        data=dataset_name(data or parsed.data, kind_of(parsed.tasks[0])),
        trials=trials or parsed.search.trials,
        timeout=timeout,
        epochs=epochs or parsed.epochs,
        sampler=SAMPLERS.check(sampler or parsed.search.sampler),
        pruner=PRUNERS.check(pruner or parsed.search.pruner),
        metric=metric,
        seed=seed,
        storage=storage,
        executor=EXECUTORS.check(executor),
        workers=workers,
        cpus_per_trial=cpus_per_trial,
        gpus_per_trial=gpus_per_trial,
        ray_address=ray_address,
        deterministic=deterministic,
        trial_timeout=trial_timeout,
        stall_timeout=stall_timeout or STALL_SECONDS,
        options={name: column for name, column in columns.items() if column is not None},
        track=tuple(dict.fromkeys(track)),
        finalize=finalize,
        ensemble=ensemble,
        init_from=init_from,
        minimize=tuple(dict.fromkeys(parsed.objective.minimize if minimize is None else minimize)),
    )
    check_objectives(plan, parsed.objective.constraints)
    store, stop = Store(Path(results)), stop or threading.Event()
    check_origin(plan, store)
    with tracked(plan, store.study(plan.name), watcher or default_watcher(), stop) as followed:
        outcome = Run(plan, parsed, store, followed, stop).begin()
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
    """Go on with a study to its total.

    Args:
        name: The study's name.
        trials: A new total; None is the one it began with.
        timeout: Seconds this run may take; None is what it began with.
        data: Where the data is now, if it is no longer where it was.
        workers: Trials at once; None is as many as it began with.
        results: Folder that the study is in.
        watcher: Follows the search; None shows it in a notebook, and says nothing elsewhere.
        stop: Set it to have running trials pause and the search end.

    Raises:
        StudyError: if there is no such study, or it cannot go on.
    """
    store = Store(Path(results))
    folder, plan = find_study(store, name)
    place = None if data is None else dataset_name(data, kind_of(plan.task))
    plan = plan.changed(trials, timeout, place, workers)
    space, stop = read_back(folder), stop or threading.Event()
    with tracked(plan, folder, watcher or default_watcher(), stop) as followed:
        outcome = Run(plan, space, store, followed, stop).go_on()
    return Study(outcome, results)


def study_name(name: str) -> str:
    """A name that can be a folder's.

    Raises:
        UserError: if it cannot.
    """
    if not name or name.startswith(".") or any(each in name for each in "/\\\0"):
        raise UserError(f"--name {name!r}: a study's name is a folder's name, without / or \\")
    return name
