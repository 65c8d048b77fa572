"""``automl watch``: the view of a search that runs in another terminal."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from automl.cli.options import Json, Results, Study
from automl.cli.terminal import echo
from automl.cli.view import INTERRUPTED, stop_on_signals
from automl.core.defaults import RESULTS
from automl.core.text import shell_word

if TYPE_CHECKING:
    from automl.tuning.context import SearchOutcome


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(watch)


def watch(study: Study, results: Results = RESULTS, json: Json = False) -> None:
    """Watch a study that another process searches.

    Ctrl-C ends the view, not the search. Exits 0 when the study is done, 1 when no process
    searches it any more, 130 on Ctrl-C.
    """
    from automl import api
    from automl.cli.line_view import choose_view

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
    from automl.cli.hints import next_steps, program, results_flag
    from automl.cli.summary import best_trial_text, final_text
    from automl.cli.terminal import wrap
    from automl.core.text import count

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
    final = [final_text(outcome.final)] if outcome.final else []
    return "\n\n".join([wrap(said), best_trial_text(study), *final, next_steps(steps)])
