"""``automl reproduce``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import Annotated

import typer

from automl.cli.counting import counting
from automl.cli.options import Json, Results, Study
from automl.cli.terminal import echo, wrap
from automl.core.defaults import RESULTS
from automl.tuning.watch import Silent


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reproduce")(reproduce)


def reproduce(
    study: Study,
    trial: Annotated[int | None, typer.Option(min=0, help="Which trial.  [the best]")] = None,
    results: Results = RESULTS,
    json: Json = False,
) -> None:
    """Train a trial again and say whether its numbers are the same.

    Exits 0 if they are, exactly or within rounding, and 1 if not.
    """
    from automl import api
    from automl.cli.reproduction import reproduction_text
    from automl.core.comparison import TOLERANCE, Verdict

    with counting("steps replayed") as progress:
        found = api.reproduce(study, trial, results, _Announcing(aside=json), progress)
    if json:
        told = {"verdict": found.verdict.value, "tolerance": TOLERANCE}
        echo(json_module.dumps({**told, **asdict(found)}))
    else:
        echo(reproduction_text(found))
    if found.verdict is Verdict.DIFFERENT:
        raise typer.Exit(1)


class _Announcing(Silent):
    """Prints what is to be known before the replay.

    Args:
        aside: Whether standard output is for scripts.
    """

    def __init__(self, aside: bool) -> None:
        self._aside = aside

    def announce(self, text: str) -> None:
        """Print it."""
        if self._aside:
            typer.echo(text, err=True)
        else:
            echo(wrap(text))
