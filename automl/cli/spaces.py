"""``automl spaces``, ``automl check``, ``automl new`` and ``automl schema``."""

from __future__ import annotations

import json as json_module
import shlex
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.options import Data, ImageSize, Json, Overrides, Space, Target, complete_space
from automl.cli.terminal import counting, echo, program, suggesting_right_space, table
from automl.core.records import to_stored
from automl.core.text import count

if TYPE_CHECKING:
    from automl.report.space_check import SpaceCheck


def spaces(json: Json = False) -> None:
    """List the available search spaces."""
    from automl import api

    found = api.spaces()
    if json:
        echo(json_module.dumps({name: str(path) for name, path in found}))
    else:
        rows = ((name, _folder(path), api.space_purpose(path)) for name, path in found)
        echo(table(("space", "folder", "what it is for"), rows))
        echo(f"\nCopy one to change it: {program()} new mine --from cnn")


def _folder(file: Path) -> str:
    """The folder of a space, or "shipped"."""
    here = Path.cwd()
    return str(file.parent.relative_to(here)) if file.is_relative_to(here) else "shipped"


def check(
    space: Space,
    data: Data = None,
    target: Target = None,
    size: ImageSize = None,
    overrides: Overrides = None,
    json: Json = False,
) -> None:
    """Describe a search space, or list its errors."""
    from automl import api
    from automl.spaces.document import split_overrides

    changed = split_overrides(overrides or [])
    with suggesting_right_space(space), counting("networks sampled") as progress:
        found = api.check(space, data, progress, size, target=target, overrides=changed)
    if json:
        echo(json_module.dumps(to_stored(found), default=str))
        return
    described = found.space
    drawn = ((each.name, each.values, each.baseline, each.when) for each in described.parameters)
    sections = [
        f"{described.source}: {' or '.join(described.tasks)} on {data or described.data}",
        table(("parameter", "values", "first", "drawn when"), drawn),
        *_portfolio(found),
        _networks(found),
        _next_step(found, space, data, target, size, changed),
    ]
    echo("\n\n".join(sections))


def _next_step(
    found: SpaceCheck,
    space: str,
    data: str | None,
    target: str | None,
    size: int | None,
    changed: Mapping[str, str],
) -> str:
    """The command that searches the space on this data, or why it would not."""
    given = [f"--data {shlex.quote(data)}"] if data else []
    given += [f"--target {shlex.quote(target)}"] if target else []
    given += [f"--size {size}"] if size and not found.size else []
    remedy = "".join(found.remedies[:1])
    given += [
        f"--set {shlex.quote(f'{path}={value}')}"
        for path, value in changed.items()
        if f"--set {path}=" not in remedy
    ]
    command = " ".join([program(), "search", shlex.quote(space), *given, *found.remedies[:1]])
    if not found.problem:
        return f"Search it: {command}"
    warning = f"Warning: {found.problem}."
    if not found.remedies:
        return f"{warning}\nA search would stop at once; {found.advice}."
    return f"{warning}\nSearch it with {' or '.join(found.remedies)}: {command}"


def _portfolio(found: SpaceCheck) -> list[str]:
    """The portfolio, if the space has one."""
    if not found.space.portfolio:
        return []
    rows: list[tuple[str, str]] = []
    for entry, reason in zip(found.space.portfolio, found.portfolio, strict=True):
        values = ", ".join(f"{name} {value}" for name, value in entry.items())
        told = f" (cannot be trained on this data: {reason})" if reason else ""
        rows.append((str(len(rows) + 1), f"{values or 'all first choices'}{told}"))
    return [table(("", "portfolio: after the first trial, in this order"), rows)]


def _networks(found: SpaceCheck) -> str:
    share = found.infeasible / found.samples
    size = found.space.size
    lines = [
        f"{'Endlessly many configurations' if size == inf else count(int(size), 'configuration')}.",
        f"Of {found.samples:,} sampled networks {share:.1%} cannot be built or are over a limit"
        + (f"; most often like this: {found.reason}" if found.reason else "."),
    ]
    for name, network in (("Smallest", found.smallest), ("Largest", found.largest)):
        if network is not None:
            lines.append(
                f"{name}: {network.num_parameters:,} parameters, {network.flops:,} FLOPs an example"
            )
    return "\n".join(lines)


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the new space.")],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="SPACE",
            help="Space to copy.",
            autocompletion=complete_space,
        ),
    ],
) -> None:
    """Copy a search space, to change the copy."""
    from automl import api

    path = api.new_space(name, source)
    echo(f"{path} is yours to change. Describe it: {program()} check {path.stem}")


def schema() -> None:
    """Print the JSON schema of search spaces, for editors."""
    from automl import api

    echo(json_module.dumps(api.schema(), indent=1))
