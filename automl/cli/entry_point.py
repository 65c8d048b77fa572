"""Run the command line: hide passwords first, and turn errors into messages and exit codes.

Ray writes the command line of the process that starts it to its logs, and trackers note it too: it
is not enough to forget a password, so the program begins once more without it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from automl.cli.terminal import use_lookalikes
from automl.core.errors import SpaceError, UserError
from automl.core.storage_url import UrlSecrets, split_secrets, without_secrets
from automl.core.text import one_line

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
