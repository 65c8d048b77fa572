"""``automl finalize``."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import typer

from automl.cli.options import Json, Results, Study
from automl.cli.search import Ensemble, Quiet, run_watched
from automl.core.defaults import RESULTS

if TYPE_CHECKING:
    from automl.tuning.watcher import SearchOutcome, Watcher


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("finalize")(finalize)


def finalize(
    study: Study,
    ensemble: Ensemble = None,
    results: Results = RESULTS,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Refit the best trials, choose one and measure it on the test split.

    The chosen one is first trained on the train and validation splits together.
    """
    from automl import api

    study, results = api.locate_study(study, results)

    def run(watcher: Watcher, stop: threading.Event) -> SearchOutcome:
        return api.finalize(study, ensemble=ensemble, results=results, watcher=watcher, stop=stop)

    run_watched(run, results, json, quiet)
