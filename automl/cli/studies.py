"""Commands on a results folder: studies, show, watch, dashboard, report and doctor."""

from __future__ import annotations

import json as json_module
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results, Storage, StorageEnv, Study, complete_from
from automl.cli.terminal import counting, echo, next_steps, program, results_flag, table, wrap
from automl.cli.view import INTERRUPTED, choose_view, stop_on_signals
from automl.core.defaults import RESULTS
from automl.core.errors import UserError
from automl.core.records import StudyRecord, to_stored
from automl.core.text import count, either, shell_word, value
from automl.report import FORMATS
from automl.tuning.context import SearchOutcome

if TYPE_CHECKING:
    from automl.api.studies import StudyOverview, TrialDetails
    from automl.core.delivered import DeliveredModel

KILOBYTE = 1000
# File name that stands for standard output.
STDOUT = "-"


def studies(results: Results = RESULTS, json: Json = False) -> None:
    """List the studies."""
    from automl import api

    found = api.studies(results)
    if json:
        facts = (
            {**study_json(each, api.delivered(each, results)), "state": api.state(each, results)}
            for each in found
        )
        echo(json_module.dumps(list(facts)))
    elif not found:
        echo(f"No studies in {results} yet. Begin one: {program()} search cnn")
    else:
        headings = ("study", "trials", "model", "score", "95% interval", "state")
        rows = (_row(e, api.delivered(e, results), api.state(e, results)) for e in found)
        echo(table(headings, rows))


def study_json(study: StudyRecord, delivered: DeliveredModel | None) -> dict[str, object]:
    """A study for scripts, without its trials.

    Args:
        study: The study with all its trials.
        delivered: The model that it delivers; None while it has none.
    """
    best = study.best
    return {
        "name": study.name,
        "metric": study.metric,
        "maximize": study.maximize,
        "trials_done": study.counted,
        "delivered": delivered.as_stored() if delivered else None,
        "best": to_stored(best) if best else None,
    }


def _row(study: StudyRecord, delivered: DeliveredModel | None, state: str) -> tuple[str, ...]:
    trials = f"{study.counted:,}"
    if delivered is None:
        return study.name, trials, "-", f"{study.metric} -", "-", state
    score = delivered.score
    told = f"{score.metric} {value(score.value)} on {delivered.split}"
    return study.name, trials, delivered.kind, told, score.interval or "-", state


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
    from automl.cli.summary import objectives_json

    record, final = look.study, look.final
    if not json:
        from automl.cli.show_text import study_text

        echo(study_text(look, results))
        return
    facts = {
        **study_json(record, look.delivered),
        **objectives_json(record),
        "baseline": to_stored(record.baseline) if record.baseline else None,
        "final": to_stored(final) if final else None,
        "importances": to_stored(look.importances),
        "trials": [to_stored(each) for each in record.trials],
    }
    echo(json_module.dumps(facts))


def _show_trial(details: TrialDetails, results: str, json: bool) -> None:
    from automl.cli.show_text import trial_json, trial_text

    echo(json_module.dumps(trial_json(details)) if json else trial_text(details, results))


def watch(study: Study, results: Results = RESULTS, json: Json = False) -> None:
    """Watch a study that another process searches.

    Ctrl-C ends the view, not the search. Exits 0 when the study is done, 1 when no process
    searches it any more, 130 on Ctrl-C.
    """
    from automl import api

    study, results = api.locate_study(study, results)
    message = "looking at the study"
    with stop_on_signals() as stop, closing(choose_view(json, False, message, stop)) as view:
        outcome = api.watch(study, results=results, watcher=view, stop=stop)
    if not json:
        echo(_ended(outcome, results))
    codes = {"done": 0, "abandoned": 1, "interrupted": INTERRUPTED}
    raise typer.Exit(codes[outcome.reason])


def _ended(outcome: SearchOutcome, results: str) -> str:
    """Why the watching ended, and the next commands."""
    from automl.cli.summary import result_text

    study, flag = outcome.study, results_flag(results)
    if outcome.reason == "interrupted":
        again = f"{program()} watch {shell_word(study.name)}{flag}"
        return wrap(f"The search of {study.name} continues. Watch it again: {again}")
    trials = count(study.counted, "trial")
    steps = [(f"show {shell_word(study.name)}{flag}", "the best trials")]
    said = f"Done: {study.name} has its {trials}."
    if outcome.reason == "abandoned":
        said = f"No process of this machine searches {study.name} any more, after {trials}."
        steps.insert(0, (f"resume {shell_word(study.name)}{flag}", "continue where it stopped"))
    result = result_text(study, outcome.delivered)
    return "\n\n".join([wrap(said), result, next_steps(steps)])


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


def report(
    study: Study,
    format: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Format: {either(FORMATS)}.",
            autocompletion=complete_from(FORMATS),
        ),
    ] = "html",
    output: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="File to write; - prints it.  [in the study's folder]"),
    ] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Write the report of a study, in one file."""
    from automl import api

    study, results = api.locate_study(study, results)
    if output == STDOUT:
        if json:
            raise UserError("--json and --output - exclude each other; leave out one")
        echo(api.report_text(study, format, results).rstrip("\n"))
        return
    with counting("plots drawn") as progress:
        path = api.report(study, format, output, results, progress)
    size = path.stat().st_size
    if json:
        echo(json_module.dumps({"path": str(path), "format": format, "bytes": size}))
        return
    echo(f"{path}: {size / KILOBYTE:,.0f} kB, one file that needs no other")


def doctor(results: Results = RESULTS, json: Json = False) -> None:
    """Check the devices, libraries and disk of this machine."""
    from automl import api

    findings = api.doctor(results)
    if json:
        echo(json_module.dumps([asdict(each) for each in findings]))
    else:
        rows = (("ok" if each.ok else "WRONG", each.name, each.text) for each in findings)
        echo(table(("", "what", "found"), rows))
    if not all(each.ok for each in findings):
        raise typer.Exit(2)
