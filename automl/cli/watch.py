"""``automl watch``: the view of a search that runs in another terminal."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from automl.cli.interrupt import INTERRUPTED, stop_on_signals
from automl.cli.options import Json, Results, Study
from automl.cli.terminal import echo
from automl.core.defaults import RESULTS

if TYPE_CHECKING:
    from automl.tuning.watch import Outcome


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(watch)


def watch(study: Study, results: Results = RESULTS, json: Json = False) -> None:
    """Watch a study that another process searches; Ctrl-C leaves it alone.

    Exits 0 when the study is done, 1 when nobody searches it any more, 130 on Ctrl-C.
    """
    from automl import api
    from automl.cli.views import choose_view

    view = choose_view(json, quiet=False, message="looking at the study")
    with stop_on_signals() as stop, closing(view):
        outcome = api.watch(study, results=results, watcher=view, stop=stop)
    if not json:
        echo(_ended(outcome, results))
    codes = {"done": 0, "abandoned": 1, "interrupted": INTERRUPTED}
    raise typer.Exit(codes[outcome.reason])


def _ended(outcome: Outcome, results: str) -> str:
    """Why there is nothing more to see, and what to type next."""
    from automl.cli.answer import answer
    from automl.cli.final_text import final_text
    from automl.cli.terminal import wrap
    from automl.cli.text import next_steps, program, where
    from automl.core.text import count

    study, flag = outcome.study, where(results)
    if outcome.reason == "interrupted":
        again = f"{program()} watch {study.name}{flag}"
        return wrap(f"The search of {study.name} is left alone. Watch it again: {again}")
    trials = count(study.counted, "trial")
    steps = [(f"show {study.name}{flag}", "the best trials")]
    said = f"Done: {study.name} has its {trials}."
    if outcome.reason == "abandoned":
        said = f"No process of this machine searches {study.name} any more, after {trials}."
        steps.insert(0, (f"resume {study.name}{flag}", "go on where it stopped"))
    final = [final_text(outcome.final)] if outcome.final else []
    return "\n\n".join([wrap(said), answer(study), *final, next_steps(steps)])
