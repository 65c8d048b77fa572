"""``automl studies`` and ``automl dashboard``."""

from __future__ import annotations

import json as json_module
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.hints import program
from automl.cli.options import Json, Results, Storage, StorageEnv
from automl.cli.terminal import echo, table
from automl.core.defaults import RESULTS
from automl.core.records import to_stored
from automl.core.text import value

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
        facts = ({**study_json(each), "state": api.state(each, results)} for each in found)
        echo(json_module.dumps(list(facts)))
    elif not found:
        echo(f"No studies in {results} yet. Begin one: {program()} search cnn")
    else:
        headings = ("study", "trials", "best", "metric", "state")
        echo(table(headings, (_row(study, api.state(study, results)) for study in found)))


def dashboard(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port to listen on.")
    ] = 8080,
    results: Results = RESULTS,
    storage: Storage = None,
    storage_env: StorageEnv = None,
) -> None:
    """Serve optuna-dashboard for all studies."""
    from automl import api

    def ready(url: str) -> None:
        echo(f"optuna-dashboard: {url} (Ctrl-C ends it)")

    api.dashboard(host, port, ready, results, storage, storage_env)


def study_json(study: StudyRecord) -> dict[str, object]:
    """A study for scripts, without its trials."""
    best = study.best
    return {
        "name": study.name,
        "metric": study.metric,
        "maximize": study.maximize,
        "trials_done": study.counted,
        "best": to_stored(best) if best else None,
    }


def _row(study: StudyRecord, state: str) -> tuple[str, ...]:
    best = study.best
    scored = value(best.objective if best else None)
    return study.name, f"{study.counted:,}", scored, study.metric, state
