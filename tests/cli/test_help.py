"""Help for people: whole lines, defaults as they write them, and -h everywhere."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from automl.cli import app
from automl.core.errors import UserError

PATHS = (
    *("", "search", "resume", "finalize", "watch", "show", "compare", "reproduce", "studies"),
    *("dashboard", "report", "export", "predict", "evaluate", "serve", "spaces", "check", "new"),
    *("schema", "doctor", "data", "data list", "data info", "data fetch"),
)


def output(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "80"})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("path", PATHS)
def test_h_is_help_and_nothing_in_it_is_cut_or_odd(path: str) -> None:
    told = output(*path.split(), "-h")
    assert told == output(*path.split(), "--help")
    assert not re.search(
        r"\.\.\.$|\[default: (True|False|None)|…", told.partition("\n")[2], re.MULTILINE
    )


def test_every_command_is_here() -> None:
    listed = re.findall(r"^  ([a-z]+)  +\w", output("-h").partition("Commands:")[2], re.MULTILINE)
    assert sorted(listed) == sorted({path.split()[0] for path in PATHS if path})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fit", "automl search?"),
        ("train", "automl search?"),
        ("help", "automl --help?"),
        ("serch", "automl search?"),
        ("datasets", "automl data?"),
        ("infer", "automl predict?"),
        ("data lst", "automl data list?"),
    ],
)
def test_what_other_tools_call_it_is_understood(typed: str, meant: str) -> None:
    result = CliRunner().invoke(app, typed.split())
    assert isinstance(result.exception, UserError)
    told = f"there is no command {typed.rsplit(maxsplit=1)[-1]!r}; did you mean {meant}"
    assert str(result.exception).startswith(told)
