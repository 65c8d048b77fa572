"""``automl studies`` and ``automl dashboard``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results
from automl.cli.tables import table
from automl.cli.terminal import echo
from automl.cli.text import program
from automl.core.defaults import RESULTS
from automl.core.text import count, value

if TYPE_CHECKING:
    from automl.core.records import StudyRecord


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("studies")(studies)
    app.command("dashboard")(dashboard)


def studies(results: Results = RESULTS, json: Json = False) -> None:
    """List the studies."""
    from automl import api

    found = api.studies(results)
    if json:
        echo(json_module.dumps([study_json(study) for study in found]))
    elif not found:
        echo(f"No studies in {results} yet. Begin one: {program()} search cnn")
    else:
        headings = ("study", "trials", "best", "metric", "state")
        echo(table(headings, (_row(study) for study in found)))


def dashboard(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8080,
    results: Results = RESULTS,
    storage: Annotated[str | None, typer.Option(help="An Optuna URL.")] = None,
) -> None:
    """Open optuna-dashboard on all studies."""
    from automl import api

    def ready(url: str) -> None:
        echo(f"optuna-dashboard: {url} (Ctrl-C ends it)")

    api.dashboard(host, port, ready, results, storage)


def study_json(study: StudyRecord) -> dict[str, object]:
    """A study for scripts, without its trials."""
    best = study.best
    return {
        "name": study.name,
        "metric": study.metric,
        "maximize": study.maximize,
        "trials_done": study.counted,
        "best": asdict(best) if best else None,
    }


def _row(study: StudyRecord) -> tuple[str, ...]:
    best = study.best
    waiting = len(study.unfinished)
    state = f"{count(waiting, 'trial')} to go on with" if waiting else ""
    return study.name, str(study.counted), value(best.value if best else None), study.metric, state
