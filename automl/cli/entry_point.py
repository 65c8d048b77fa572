"""The command line as a whole: its list of commands, its errors and exit codes, and no passwords.

Ray writes the command line of the process that starts it to its logs, and trackers note it too: it
is not enough to forget a password, so the program begins once more without it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from automl.cli.terminal import use_lookalikes
from automl.core.errors import SpaceError, UserError
from automl.core.registry import nearest
from automl.core.storage_url import UrlSecrets, split_secrets, without_secrets
from automl.core.text import one_line

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
OPTION, VARIABLE = "--storage", "--storage-env"


def run_guarded(run: Callable[[], object]) -> None:
    """Run the program; a user's error exits 2 with one message, an internal error exits 1."""
    use_lookalikes()
    try:
        _hide_secrets()
        run()
    except UserError as error:
        _complain(str(error) if isinstance(error, SpaceError) else f"automl: {error}", 2)
    except KeyboardInterrupt:
        _complain("automl: stopped", 130)
    except BrokenPipeError:
        # Nobody reads the output any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        log = _write_log()
        _complain(f"automl: internal error (please report it): {error!r}; the log is in {log}", 1)


def _complain(message: str, code: int) -> None:
    # Text of a file may be in it: control characters are escaped.
    sys.stderr.write(
        "".join(f"{one_line(line)}\n" for line in without_secrets(message).splitlines())
    )
    sys.exit(code)


def _write_log() -> Path:
    import tempfile
    import traceback

    descriptor, name = tempfile.mkstemp(prefix="automl-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(without_secrets(traceback.format_exc()))
    return Path(name)


def _hide_secrets() -> None:
    """Start the program again, as the same process, if an argument holds a password.

    The password goes to an environment variable, whose name is printed.
    """
    arguments, parts = without_secrets_of(sys.orig_argv)
    if parts is None:
        return
    os.environ[parts.variable] = parts.value
    sys.stderr.write(
        f"automl: the password in {OPTION} is kept in no file; `automl resume` will want it in "
        f"the environment variable {parts.variable}\n"
    )
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *arguments[1:]])


def without_secrets_of(arguments: Sequence[str]) -> tuple[list[str], UrlSecrets | None]:
    """The arguments without the password, and the parts of the URL that had one.

    The variable for the password is added to the arguments. If they name another one already,
    nothing is changed, and parsing the arguments reports the mistake.
    """
    kept, found = list[str](), None
    named = [value for option, value in _options(arguments) if option == VARIABLE]
    for place, each in enumerate(arguments):
        follows = place > 0 and arguments[place - 1] == OPTION
        mark = "" if follows else f"{OPTION}="
        parts = (
            split_secrets(each.removeprefix(mark))
            if follows or each.startswith(mark)
            else UrlSecrets("")
        )
        if parts.secrets:
            found = parts
        kept.append(f"{mark}{parts.open}" if parts.secrets else each)
    if found is None or set(named) - {found.variable}:
        return list(arguments), None
    return [*kept, *([] if named else [VARIABLE, found.variable])], found


def _options(arguments: Sequence[str]) -> Iterator[tuple[str, str]]:
    for each, following in zip(arguments, [*arguments[1:], ""], strict=True):
        option, mark, value = each.partition("=")
        yield (option, value) if mark else (each, following)


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
