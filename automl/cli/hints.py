"""The list of commands, the nearest to an unknown one, and hints on what to type next."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from automl.cli.terminal import columns
from automl.core.defaults import RESULTS
from automl.core.errors import UserError, WrongSpace
from automl.core.registry import nearest
from automl.core.text import shell_word

# Name of a command in other tools -> its name here.
_NAMES_ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(("fit", "train", "tune", "run", "start", "optimize", "optimise"), "search"),
    **dict.fromkeys(("continue", "restart"), "resume"),
    **dict.fromkeys(("infer", "classify", "apply", "use"), "predict"),
    **dict.fromkeys(("score", "test", "validate"), "evaluate"),
    **dict.fromkeys(("list", "ls", "status"), "studies"),
    **dict.fromkeys(("save", "convert", "download"), "export"),
    **dict.fromkeys(("ui", "board", "view"), "dashboard"),
    **dict.fromkeys(("datasets", "fetch"), "data"),
    **dict.fromkeys(("init", "create"), "new"),
    "help": "--help",
    "version": "--version",
    "describe": "show",
    "best": "show",
}


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


class CommandGroup(TyperGroup):
    """A group that lists its commands in full and suggests the nearest for an unknown one."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` begin with.

        Raises:
            UserError: if there is no such command; suggests one.
        """
        name, known = args[0], tuple(self.list_commands(ctx))
        if name in known or name.startswith("-") or ctx.resilient_parsing:
            return super().resolve_command(ctx, args)
        elsewhere = _NAMES_ELSEWHERE.get(name.lower(), "")
        meant = elsewhere if elsewhere.startswith("-") or elsewhere in known else None
        meant = meant or nearest(name, known)
        guess = f"did you mean {ctx.command_path} {meant}? " if meant else ""
        every = f"all commands: {ctx.command_path} --help"
        raise UserError(f"there is no command {name!r}; {guess}{every}")

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands, one a line, wrapped rather than cut."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(limit=1000)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def subcommands(help: str) -> typer.Typer:
    """A group of subcommands."""
    return typer.Typer(help=help, no_args_is_help=True, cls=CommandGroup)
