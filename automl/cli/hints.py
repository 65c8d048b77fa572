"""Hints on what to type next: commands with the program's name, flags and purposes."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from automl.cli.tables import columns
from automl.core.defaults import RESULTS
from automl.core.errors import UserError, WrongSpace
from automl.core.text import shell_word


def program() -> str:
    """The program as the user called it: ``"automl"`` or ``"python -m automl"``."""
    return "automl" if Path(sys.argv[0]).name == "automl" else "python -m automl"


def _retyped(word: str | None, instead: str) -> str:
    """The command that the user typed, with the first ``word`` replaced by ``instead``."""
    arguments = sys.argv[1:]
    if word in arguments:
        arguments[arguments.index(word)] = instead
    return f"{program()} {shlex.join(arguments)}"


@contextmanager
def suggesting_right_space(space: str | None) -> Iterator[None]:
    """Name the right command if the data is for another space than the typed one.

    Raises:
        UserError: with that command.
    """
    try:
        yield
    except WrongSpace as error:
        raise UserError(f"{error.reason}: {_retyped(space, error.right)}") from None


def results_flag(results: str) -> str:
    """The ``--results`` flag of a next command; empty for the default folder."""
    return "" if results == RESULTS else f" --results {shell_word(results)}"


def next_steps(steps: Sequence[tuple[str, str]]) -> str:
    """The section of next commands.

    Args:
        steps: Commands without the program's name, each with its purpose.
    """
    return f"Next:\n{columns([(f'{program()} {step}', what) for step, what in steps], '  ')}"
