"""``automl show``: a study, or one of its trials."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results, Study
from automl.cli.terminal import echo
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError
from automl.core.text import count

if TYPE_CHECKING:
    from automl.core.records import StudyRecord


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("show")(show)


def show(
    study: Study,
    trial: Annotated[int | None, typer.Option(min=0, help="One trial, in full.")] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Show what a study found, or one of its trials."""
    from automl import api

    record = api.show(study, results)
    if trial is None:
        _show_study(record, results, json)
    else:
        _show_trial(record, trial, results, json)


def _show_study(record: StudyRecord, results: str, json: bool) -> None:
    from automl import api
    from automl.cli.show_front import objectives_json
    from automl.cli.show_study import study_text
    from automl.cli.studies import study_json

    importances, final = api.importances(record.name, results), api.final(record.name, results)
    if not json:
        echo(study_text(record, final, importances, results))
        return
    facts = {
        **study_json(record),
        **objectives_json(record),
        "baseline": asdict(record.baseline) if record.baseline else None,
        "final": asdict(final) if final else None,
        "importances": asdict(importances),
        "trials": [asdict(each) for each in record.trials],
    }
    echo(json_module.dumps(facts))


def _show_trial(record: StudyRecord, number: int, results: str, json: bool) -> None:
    from automl.cli.show_trial import Details

    if number >= len(record.trials):
        raise StudyError(
            f"--trial {number}: {record.name} has {count(len(record.trials), 'trial')}, "
            f"the last is {len(record.trials) - 1}"
        )
    details = Details.read(record, number, results)
    echo(json_module.dumps(details.as_json()) if json else details.as_text())
