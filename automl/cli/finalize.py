"""``automl finalize``."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results, Study
from automl.cli.search import Ensemble, Quiet, run_watched
from automl.core.defaults import RESULTS

if TYPE_CHECKING:
    from automl.tuning.context import SearchOutcome, Watcher


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("finalize")(finalize)


def finalize(
    study: Study,
    ensemble: Ensemble = None,
    single: Annotated[
        bool | None,
        typer.Option("--single/--average", help="One training, or the average of its refits."),
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Refit the best trials, average the refits of one and measure them on the test split."""
    from automl import api

    study, results = api.locate_study(study, results)

    def run(watcher: Watcher, stop: threading.Event) -> SearchOutcome:
        return api.finalize(
            study, ensemble=ensemble, single=single, results=results, watcher=watcher, stop=stop
        )

    run_watched(run, results, json, quiet)
