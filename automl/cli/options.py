"""Arguments and options that several commands share: their completion, help and parsing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from automl.core.defaults import RESULTS
from automl.core.errors import UserError
from automl.data import DATASETS

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LATENCY = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+|\d+(?:\.\d+)?")


def complete_space(incomplete: str) -> list[str]:
    """Available search spaces; the shell itself completes paths."""
    from automl.spaces import list_spaces

    return _beginning(incomplete, (name for name, _ in list_spaces(Path.cwd())))


def complete_study(ctx: typer.Context, incomplete: str) -> list[str]:
    """Studies of the results folder, or of the one that --results names before."""
    from automl.store import Store

    results = ctx.params.get("results") or RESULTS
    return _beginning(incomplete, Store(Path(results)).names())


def complete_from(names: Iterable[str]) -> Callable[[str], list[str]]:
    """A completion with the names of a registry."""

    def complete(incomplete: str) -> list[str]:
        return _beginning(incomplete, names)

    return complete


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


Results = Annotated[str, typer.Option(metavar="DIR", help="Folder with all studies.")]

Storage = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="Database URL, without its password.  [a journal file in --results]"
    ),
]

StorageEnv = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Environment variable with the database's password or whole URL."
    ),
]

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]

Study = Annotated[
    str,
    typer.Argument(
        metavar="STUDY",
        help="Name of a study, or a path in its folder.",
        autocompletion=complete_study,
    ),
]

Bundle = Annotated[
    str,
    typer.Argument(
        metavar="MODEL",
        help="Name of a study, or folder of an exported model.",
        autocompletion=complete_study,
    ),
]

Space = Annotated[
    str,
    typer.Argument(
        metavar="SPACE",
        help="A shipped search space (see: automl spaces) or a file.",
        autocompletion=complete_space,
    ),
]

Data = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|PATH",
        help="Name of a dataset, or a path.",
        autocompletion=complete_from(DATASETS),
    ),
]

Target = Annotated[
    str | None, typer.Option(metavar="COLUMN", help="Column to predict.  [found by name]")
]

Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Replace a value of the space: training.label_smoothing=0.1.",
    ),
]

ImageSize = Annotated[
    int | None,
    typer.Option(metavar="PIXELS", help="Side that images are scaled to.  [theirs, at most 128]"),
]

Trials = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Total number of trials in the study.  [30; within a time limit as many as fit]",
    ),
]

Timeout = Annotated[
    str | None, typer.Option(metavar="TIME", help="Time limit of this run: 90s, 30m, 1h30m.")
]

Workers = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Number of trials that run at once.")
]

Ensemble = Annotated[
    int | None, typer.Option(min=2, metavar="N", help="Also build an ensemble of at most N models.")
]

Single = Annotated[
    bool, typer.Option("--single", help="A final model of one training, not an average of refits.")
]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]


def parse_duration(text: str | None, flag: str) -> float | None:
    """Seconds from ``"90"``, ``"30m"`` or ``"1h30m"``; None stays None.

    Args:
        text: Duration as the user typed it.
        flag: Flag to name in the error.

    Raises:
        UserError: if it is not a duration above 0.
    """
    if text is None:
        return None
    seconds = 0.0
    if _DURATION.fullmatch(text):
        parts = re.findall(r"(\d+(?:\.\d+)?)([smhd]?)", text)
        seconds = sum(float(number) * _UNITS[unit or "s"] for number, unit in parts)
    if seconds <= 0:
        raise UserError(f"{flag} {text!r}: give a time above 0 such as 90s, 30m or 1h30m")
    return seconds


def parse_latency(text: str | None, flag: str) -> float | None:
    """Milliseconds from ``"5ms"``, ``"0.5ms"`` or ``"1s"``; None stays None.

    Args:
        text: Time as the user typed it.
        flag: Flag to name in the error.

    Raises:
        UserError: if it is not a time above 0 with a unit.
    """
    if text is None:
        return None
    found = _LATENCY.fullmatch(text)
    latency = float(found[1]) * (1000 if found[2] == "s" else 1) if found else 0.0
    if latency <= 0:
        raise UserError(f"{flag} {text!r}: give a time above 0 with its unit, such as 5ms or 1s")
    return latency
