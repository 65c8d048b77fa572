"""``automl finalize``."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import typer

from automl.cli.options import Json, Results, Study
from automl.cli.searching import Ensemble, Quiet, watched
from automl.core.defaults import RESULTS

if TYPE_CHECKING:
    from automl.tuning.watch import Outcome, Watcher


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
    """Refit the best few trials, train the chosen one on all, and measure it on the test split."""
    from automl import api

    def run(watcher: Watcher, stop: threading.Event) -> Outcome:
        return api.finalize(study, ensemble=ensemble, results=results, watcher=watcher, stop=stop)

    watched(run, results, json, quiet)
