"""``automl search``, ``automl resume`` and ``automl finalize``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from automl.cli import options
from automl.cli.terminal import echo, suggesting_right_space
from automl.cli.view import INTERRUPTED, choose_view, stop_on_signals
from automl.core.defaults import RESULTS
from automl.core.records import COSTS
from automl.core.text import either
from automl.execution import EXECUTORS
from automl.tracking import TRACKERS
from automl.tuning import PRUNERS, SAMPLERS
from automl.tuning.context import SearchOutcome, Watcher

BEGINNING = "reading the data, starting workers"


def search(
    space: Annotated[
        str | None,
        typer.Argument(
            metavar="SPACE",
            help="A shipped search space (see: automl spaces) or a file.  [chosen by --data]",
            autocompletion=options.complete_space,
        ),
    ] = None,
    data: options.Data = None,
    target: options.Target = None,
    text: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column with the text.  [found by name]")
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column whose rows of equal value stay in one split."),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column with the time; the latest rows are held out."),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Character encoding of the files: cp1252, utf-16.  [detected]"
        ),
    ] = None,
    time_format: Annotated[
        str | None,
        typer.Option(metavar="FORM", help="Format of dates: %d/%m/%Y, seconds.  [detected]"),
    ] = None,
    item: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column that names the series of a row.  [detected]"),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            help="Kind of target: classification or regression.  [detected]",
        ),
    ] = None,
    keep_rare: Annotated[
        bool,
        typer.Option(
            "--keep-rare", help="Keep classes of one or two examples, in the train split."
        ),
    ] = False,
    size: options.ImageSize = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the study.  [name of the space]")
    ] = None,
    trials: options.Trials = None,
    timeout: options.Timeout = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Epochs of a full trial.")
    ] = None,
    workers: options.Workers = None,
    cpus_per_trial: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="CPU threads per trial.")
    ] = None,
    gpus_per_trial: Annotated[
        float | None,
        typer.Option(min=0, metavar="N", help="GPUs per trial; 0.5 runs two trials on each."),
    ] = None,
    sampler: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"Sampler: {either(SAMPLERS)}.",
            autocompletion=options.complete_from(SAMPLERS),
        ),
    ] = None,
    pruner: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"Pruner: {either(PRUNERS)}.",
            autocompletion=options.complete_from(PRUNERS),
        ),
    ] = None,
    metric: Annotated[
        str | None, typer.Option(metavar="NAME", help="Metric that ranks trials.")
    ] = None,
    minimize: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Also minimise {either(COSTS)}; may be repeated.",
            autocompletion=options.complete_from(COSTS),
        ),
    ] = None,
    init_from: Annotated[
        str | None,
        typer.Option(
            metavar="STUDY",
            help="Study whose best configurations are tried first.",
            autocompletion=options.complete_study,
        ),
    ] = None,
    overrides: options.Overrides = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Random seed.")] = 0,
    storage: options.Storage = None,
    storage_env: options.StorageEnv = None,
    results: options.Results = RESULTS,
    executor: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Where trials run: {either(EXECUTORS)} (in this process).",
            autocompletion=options.complete_from(EXECUTORS),
        ),
    ] = "ray",
    ray_address: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Address of a running Ray cluster.  [starts one]"),
    ] = None,
    deterministic: Annotated[
        bool,
        typer.Option("--deterministic", help="Same results for the same seed, with any --workers."),
    ] = False,
    trial_timeout: Annotated[
        str | None, typer.Option(metavar="TIME", help="Time limit of a trial.")
    ] = None,
    stall_timeout: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Restart a trial without progress for this long.  [10m]"),
    ] = None,
    track: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help=f"Also send measurements to {either(TRACKERS)}; may be repeated.",
            autocompletion=options.complete_from(TRACKERS),
        ),
    ] = None,
    no_finalize: Annotated[
        bool,
        typer.Option("--no-finalize", help="Stop at the best trial; do not open the test split."),
    ] = False,
    ensemble: options.Ensemble = None,
    single: options.Single = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Search a space for a good model."""
    from automl import api
    from automl.spaces.document import split_overrides

    seconds = options.parse_duration(timeout, "--timeout")
    trial_seconds = options.parse_duration(trial_timeout, "--trial-timeout")
    stall_seconds = options.parse_duration(stall_timeout, "--stall-timeout")

    def run(watcher: Watcher, stop: threading.Event) -> SearchOutcome:
        return api.search(
            space,
            data=data,
            target=target,
            text=text,
            group=group,
            time=time,
            encoding=encoding,
            time_format=time_format,
            item=item,
            task=task,
            keep_rare=keep_rare,
            size=size,
            name=name,
            trials=trials,
            timeout=seconds,
            epochs=epochs,
            workers=workers,
            cpus_per_trial=cpus_per_trial,
            gpus_per_trial=gpus_per_trial,
            sampler=sampler,
            pruner=pruner,
            metric=metric,
            minimize=minimize or None,
            init_from=init_from,
            overrides=split_overrides(overrides or []),
            seed=seed,
            storage=storage,
            storage_env=storage_env,
            results=results,
            executor=executor,
            ray_address=ray_address,
            deterministic=deterministic,
            trial_timeout=trial_seconds,
            stall_timeout=stall_seconds,
            track=track or (),
            finalize=not no_finalize,
            ensemble=ensemble,
            single=single,
            watcher=watcher,
            stop=stop,
        ).outcome

    with suggesting_right_space(space):
        run_watched(run, results, json, quiet)


def resume(
    study: options.Study,
    trials: options.Trials = None,
    timeout: options.Timeout = None,
    data: Annotated[
        str | None, typer.Option(metavar="PATH", help="New path of the data, if it has moved.")
    ] = None,
    workers: options.Workers = None,
    results: options.Results = RESULTS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Continue a study until it has all its trials."""
    from automl import api

    study, results = api.locate_study(study, results)
    seconds = options.parse_duration(timeout, "--timeout")

    def run(watcher: Watcher, stop: threading.Event) -> SearchOutcome:
        return api.resume(
            study,
            trials=trials,
            timeout=seconds,
            data=data,
            workers=workers,
            results=results,
            watcher=watcher,
            stop=stop,
        ).outcome

    run_watched(run, results, json, quiet)


def finalize(
    study: options.Study,
    ensemble: options.Ensemble = None,
    single: Annotated[
        bool | None,
        typer.Option("--single/--average", help="One training, or the average of its refits."),
    ] = None,
    results: options.Results = RESULTS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Refit the best trials, average the refits of one and measure them on the test split."""
    from automl import api

    study, results = api.locate_study(study, results)

    def run(watcher: Watcher, stop: threading.Event) -> SearchOutcome:
        return api.finalize(
            study, ensemble=ensemble, single=single, results=results, watcher=watcher, stop=stop
        )

    run_watched(run, results, json, quiet)


def run_watched(
    run: Callable[[Watcher, threading.Event], SearchOutcome],
    results: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run a search with its view; print how it ended, and exit with a code for that."""
    from automl.cli.summary import summarize
    from automl.store import Store

    with stop_on_signals() as stop, closing(choose_view(as_json, quiet, BEGINNING, stop)) as view:
        outcome = run(view, stop)
    if not (as_json or quiet):
        echo(summarize(outcome, Store(Path(results))))
    if outcome.reason == "interrupted":
        raise typer.Exit(INTERRUPTED)
    if outcome.study.best is None:
        raise typer.Exit(1)
