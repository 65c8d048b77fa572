"""``automl search`` and ``automl resume``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.completion import (
    complete_cost,
    complete_executor,
    complete_pruner,
    complete_sampler,
    complete_study,
    complete_tracker,
)
from automl.cli.interrupt import INTERRUPTED, stop_on_signals
from automl.cli.options import Data, Json, Results, Space, Study
from automl.cli.terminal import echo
from automl.cli.text import parse_duration
from automl.core.defaults import RESULTS

Trials = Annotated[int | None, typer.Option(min=1, help="Trials of the study in all.")]
Timeout = Annotated[str | None, typer.Option(help="Longest this run may take: 90s, 30m, 1h30m.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Trials at once.")]
Ensemble = Annotated[
    int | None, typer.Option(min=2, help="Also average the best up to so many models.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]

BEGINNING = "reading the data, starting workers"

if TYPE_CHECKING:
    from automl.tuning.watch import Outcome, Watcher


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("search")(search)
    app.command("resume")(resume)


def search(
    space: Space,
    data: Data = None,
    target: Annotated[str | None, typer.Option(help="Column to predict.  [by its name]")] = None,
    text: Annotated[str | None, typer.Option(help="Column of the text.  [by its name]")] = None,
    group: Annotated[
        str | None, typer.Option(help="Column whose equal values stay in one split.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Column of the time: the latest rows are held out.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The study's name.  [the space's]")] = None,
    trials: Trials = None,
    timeout: Timeout = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Length of a whole trial.")] = None,
    workers: Workers = None,
    cpus_per_trial: Annotated[int | None, typer.Option(min=1, help="Threads a trial.")] = None,
    gpus_per_trial: Annotated[
        float | None, typer.Option(min=0, help="GPUs a trial; 0.5 puts two on each.")
    ] = None,
    sampler: Annotated[
        str | None,
        typer.Option(help="tpe, gp, cmaes, qmc, random or grid.", autocompletion=complete_sampler),
    ] = None,
    pruner: Annotated[
        str | None,
        typer.Option(
            help="asha, hyperband, median, percentile, wilcoxon or none.",
            autocompletion=complete_pruner,
        ),
    ] = None,
    metric: Annotated[str | None, typer.Option(help="What ranks trials.")] = None,
    minimize: Annotated[
        list[str] | None,
        typer.Option(
            help="latency, parameters or flops: is to be small as well.",
            autocompletion=complete_cost,
        ),
    ] = None,
    init_from: Annotated[
        str | None,
        typer.Option(
            metavar="STUDY",
            help="Begin with the best configurations of another study.",
            autocompletion=complete_study,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is drawn.")] = 0,
    storage: Annotated[
        str | None, typer.Option(help="An Optuna URL.  [a journal file in --results]")
    ] = None,
    results: Results = RESULTS,
    executor: Annotated[
        str,
        typer.Option(help="ray, or local: in this process.", autocompletion=complete_executor),
    ] = "ray",
    ray_address: Annotated[
        str | None, typer.Option(help="A running Ray cluster.  [one of its own]")
    ] = None,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="The same for a seed with any --workers.")
    ] = False,
    trial_timeout: Annotated[str | None, typer.Option(help="Longest a trial may train.")] = None,
    stall_timeout: Annotated[
        str | None, typer.Option(help="Longest a trial may show no sign of life.  [10m]")
    ] = None,
    track: Annotated[
        list[str] | None,
        typer.Option(help="tensorboard or wandb, or both.", autocompletion=complete_tracker),
    ] = None,
    finalize: Annotated[
        bool,
        typer.Option(
            " /--no-finalize", help="Leave it at the best trial; do not open the test split."
        ),
    ] = True,
    ensemble: Ensemble = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Search a space for a good model."""
    from automl import api

    seconds = parse_duration(timeout, "--timeout")
    trial_seconds = parse_duration(trial_timeout, "--trial-timeout")
    stall_seconds = parse_duration(stall_timeout, "--stall-timeout")

    def run(watcher: Watcher, stop: threading.Event) -> Outcome:
        return api.search(
            space,
            data=data,
            target=target,
            text=text,
            group=group,
            time=time,
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
            seed=seed,
            storage=storage,
            results=results,
            executor=executor,
            ray_address=ray_address,
            deterministic=deterministic,
            trial_timeout=trial_seconds,
            stall_timeout=stall_seconds,
            track=track or (),
            finalize=finalize,
            ensemble=ensemble,
            watcher=watcher,
            stop=stop,
        ).outcome

    watched(run, results, json, quiet)


def resume(
    study: Study,
    trials: Trials = None,
    timeout: Timeout = None,
    data: Annotated[str | None, typer.Option(help="Where the data is now, if it moved.")] = None,
    workers: Workers = None,
    results: Results = RESULTS,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Go on with a study to its total."""
    from automl import api

    seconds = parse_duration(timeout, "--timeout")

    def run(watcher: Watcher, stop: threading.Event) -> Outcome:
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

    watched(run, results, json, quiet)


def watched(
    run: Callable[[Watcher, threading.Event], Outcome], results: str, as_json: bool, quiet: bool
) -> None:
    """Run a search under its view; say how it ended, also by the exit code."""
    from automl.cli.summary import summarize
    from automl.cli.views import choose_view
    from automl.store import Store

    with stop_on_signals() as stop, closing(choose_view(as_json, quiet, BEGINNING)) as view:
        outcome = run(view, stop)
    if not (as_json or quiet):
        echo(summarize(outcome, Store(Path(results))))
    if outcome.reason == "interrupted":
        raise typer.Exit(INTERRUPTED)
    if outcome.study.best is None:
        raise typer.Exit(1)
