"""``automl show``: a study, or one of its trials."""

from __future__ import annotations

import json as json_module
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results, Study
from automl.cli.terminal import echo
from automl.core.defaults import RESULTS
from automl.core.records import to_stored

if TYPE_CHECKING:
    from automl.api.studies import StudyOverview, TrialDetails


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("show")(show)


def show(
    study: Study,
    trial: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Show this trial in full.")
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Show the results of a study, or one of its trials."""
    from automl import api

    study, results = api.locate_study(study, results)
    if trial is None:
        _show_study(api.look(study, results), results, json)
    else:
        _show_trial(api.trial(study, trial, results), results, json)


def _show_study(look: StudyOverview, results: str, json: bool) -> None:
    from automl.cli.studies import study_json
    from automl.cli.summary import objectives_json

    record, final, importances = look.study, look.final, look.importances
    if not json:
        from automl.cli.show_text import study_text

        echo(study_text(record, final, importances, results))
        return
    facts = {
        **study_json(record),
        **objectives_json(record),
        "baseline": to_stored(record.baseline) if record.baseline else None,
        "final": to_stored(final) if final else None,
        "importances": to_stored(importances),
        "trials": [to_stored(each) for each in record.trials],
    }
    echo(json_module.dumps(facts))


def _show_trial(details: TrialDetails, results: str, json: bool) -> None:
    from automl.cli.show_text import trial_json, trial_text

    echo(json_module.dumps(trial_json(details)) if json else trial_text(details, results))
