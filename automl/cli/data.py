"""``automl data list``, ``automl data info`` and ``automl data fetch``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from automl.cli.entry_point import subcommands
from automl.cli.options import Json, complete_from
from automl.cli.terminal import echo, program, table
from automl.core.defaults import FIRST_SPACES
from automl.data import DATASETS

if TYPE_CHECKING:
    from automl.data.catalogue.published import DatasetEntry

Name = Annotated[
    str,
    typer.Argument(
        help="A dataset (see: automl data list).", autocompletion=complete_from(DATASETS)
    ),
]
KILOBYTE = 1000

commands = subcommands("List and download datasets.")


@commands.command("list")
def list_(json: Json = False) -> None:
    """List the datasets."""
    from automl.api.datasets import datasets

    entries = datasets()
    if json:
        echo(json_module.dumps([_record(each) for each in entries]))
        return
    headings = ("dataset", "kind", "rows", "kB", "licence", "on this machine")
    echo(table(headings, (_row(each) for each in entries)))
    echo(f"\nAll about one: {program()} data info NAME")


@commands.command("info")
def info(name: Name, json: Json = False) -> None:
    """Show the details of a dataset."""
    from automl.api.datasets import dataset

    entry = dataset(name)
    if json:
        echo(json_module.dumps(_record(entry)))
        return
    sections = [f"{entry.name}: {entry.title}", _facts(entry)]
    if entry.files:
        files = ((each.name, f"{each.size:,}", each.checksum) for each in entry.files)
        sources = "\n".join(f"  {source}" for source in entry.sources)
        sections += [
            table(("file", "bytes", "checksum"), files),
            f"Fetched from the first of these that has it:\n{sources}",
        ]
    echo("\n\n".join([*sections, _next(entry)]))


@commands.command("fetch")
def fetch(name: Name) -> None:
    """Download a dataset and verify it."""
    from automl.api.datasets import dataset
    from automl.api.datasets import fetch as fetch_data

    entry = dataset(name)
    if entry.comes_with:
        echo(f"{name} comes with {entry.comes_with}.")
    else:
        path = fetch_data(name, lambda line: echo(line, err=True))
        echo(f"{name} is in {path}, verified.")
    echo(_next(entry))


def _row(entry: DatasetEntry) -> tuple[str, ...]:
    here = f"comes with {entry.comes_with}" if entry.comes_with else "yes" if entry.here else "no"
    size = f"{entry.size / KILOBYTE:,.0f}" if entry.files else "-"
    return entry.name, entry.kind, f"{entry.rows:,}", size, entry.licence, here


def _facts(entry: DatasetEntry) -> str:
    note = f" ({entry.licence_note})" if entry.licence_note else ""
    facts = {
        "kind": entry.kind,
        "rows": f"{entry.rows:,}",
        "licence": entry.licence + note,
        "home": entry.home,
        "citation": entry.citation,
    }
    if entry.comes_with:
        facts["comes with"] = entry.comes_with
    else:
        facts["size"] = f"{entry.size:,} bytes"
        facts["path"] = f"{entry.path}{'' if entry.here else ' (not fetched yet)'}"
    return "\n".join(f"{name:<10}  {fact}" for name, fact in facts.items())


def _next(entry: DatasetEntry) -> str:
    if not entry.here:
        return f"Fetch it: {program()} data fetch {entry.name}"
    return f"Search it: {program()} search {FIRST_SPACES[entry.kind]} --data {entry.name}"


def _record(entry: DatasetEntry) -> dict[str, object]:
    return {
        **asdict(entry),
        "size": entry.size,
        "path": str(entry.path) if entry.files else None,
        "here": entry.here,
        "sources": [str(source) for source in entry.sources],
    }
