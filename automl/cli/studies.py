"""``automl studies``, ``automl show`` and ``automl dashboard``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Json, Results, Study
from automl.cli.tables import table
from automl.cli.text import program
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError
from automl.core.text import count, duration, plain, value

if TYPE_CHECKING:
    from automl.tuning.records import StudyRecord, TrialRecord

TOP = 10


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("studies")(studies)
    app.command("show")(show)
    app.command("dashboard")(dashboard)


def studies(results: Results = RESULTS, json: Json = False) -> None:
    """List the studies."""
    from automl import api

    found = api.studies(results)
    if json:
        typer.echo(json_module.dumps([_study_json(study) for study in found]))
    elif not found:
        typer.echo(f"No studies in {results} yet. Begin one: {program()} search cnn")
    else:
        headings = ("study", "trials", "best", "metric", "state")
        typer.echo(table(headings, (_study_row(study) for study in found)))


def show(
    study: Study,
    trial: Annotated[int | None, typer.Option(min=0, help="One trial, in full.")] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Show a study's best trials, or one trial."""
    from automl import api

    record = api.show(study, results)
    if trial is not None:
        _show_trial(record, trial, results, json)
    elif json:
        trials = [asdict(each) for each in record.trials]
        typer.echo(json_module.dumps({**_study_json(record), "trials": trials}))
    else:
        typer.echo(_study_text(record))


def dashboard(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8080,
    results: Results = RESULTS,
    storage: Annotated[str | None, typer.Option(help="An Optuna URL.")] = None,
) -> None:
    """Open optuna-dashboard on all studies."""
    from automl import api

    def ready(url: str) -> None:
        typer.echo(f"optuna-dashboard: {url} (Ctrl-C ends it)")

    api.dashboard(host, port, ready, results, storage)


def _study_json(study: StudyRecord) -> dict[str, object]:
    best = study.best
    return {
        "name": study.name,
        "metric": study.metric,
        "maximize": study.maximize,
        "trials_done": study.counted,
        "best": asdict(best) if best else None,
    }


def _study_row(study: StudyRecord) -> tuple[str, ...]:
    best = study.best
    waiting = len(study.unfinished)
    state = f"{count(waiting, 'trial')} to go on with" if waiting else ""
    return study.name, str(study.counted), value(best.value if best else None), study.metric, state


def _study_text(study: StudyRecord) -> str:
    headings = ("trial", "status", study.metric, "epochs", "seconds", "parameters", "reason")
    ranked = {each.number for each in study.ranked}
    others = [each for each in study.trials if each.number not in ranked]
    shown = [*study.ranked[:TOP], *others[-TOP:]]
    tally = f"{study.name}: {count(study.counted, 'trial')}, ranked by {study.metric}"
    more = f"One trial in full: {program()} show {study.name} --trial N"
    return "\n\n".join([tally, table(headings, map(_trial_row, shown)), more])


def _trial_row(trial: TrialRecord) -> tuple[str, ...]:
    size = f"{trial.size:,}" if trial.size is not None else "-"
    return (
        str(trial.number),
        trial.status,
        value(trial.value),
        f"{trial.epoch:g}",
        f"{trial.seconds:.1f}",
        size,
        trial.reason,
    )


def _show_trial(study: StudyRecord, number: int, results: str, json: bool) -> None:
    from automl import api

    if number >= len(study.trials):
        raise StudyError(
            f"--trial {number}: {study.name} has {count(len(study.trials), 'trial')}, "
            f"the last is {len(study.trials) - 1}"
        )
    trial = study.trials[number]
    curve = api.curve(study.name, number, results)
    if json:
        measured = [asdict(each) for each in curve]
        typer.echo(json_module.dumps({**asdict(trial), "curve": measured}))
        return
    parts = [_trial_head(study, trial), _parameters(trial)]
    if trial.size is not None:
        parts.append(_network(study.name, number, results))
    if curve:
        names = tuple(curve[0].metrics)
        rows = ((f"{each.epoch:g}", *(value(each.metrics[n]) for n in names)) for each in curve)
        parts.append(table(("epoch", *names), rows))
    typer.echo("\n\n".join(parts))


def _trial_head(study: StudyRecord, trial: TrialRecord) -> str:
    reason = f": {trial.reason}" if trial.reason else ""
    ran = f", {duration(trial.seconds)} on {trial.device}" if trial.device else ""
    measured = f", {study.metric} {value(trial.value)}" if trial.value is not None else ""
    return f"trial {trial.number} of {study.name} {trial.status}{reason}{measured}{ran}"


def _parameters(trial: TrialRecord) -> str:
    return table(("parameter", "value"), ((n, plain(v)) for n, v in trial.parameters.items()))


def _network(name: str, number: int, results: str) -> str:
    from automl import api

    network = api.network(name, number, results)
    rows = (
        (layer, " × ".join(map(str, shape)), f"{size:,}") for layer, shape, size in network.rows
    )
    total = f"{network.size:,} parameters, {network.flops:,} FLOPs an example"
    return f"{table(('layer', 'output', 'parameters'), rows)}\n{total}"
