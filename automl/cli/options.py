"""Arguments and options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from automl.cli.completion import complete_dataset, complete_space, complete_study

Results = Annotated[str, typer.Option(metavar="DIR", help="Folder of all studies.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
Study = Annotated[str, typer.Argument(help="The study's name.", autocompletion=complete_study)]
Space = Annotated[
    str,
    typer.Argument(
        help="A shipped space (see: automl spaces) or a file.", autocompletion=complete_space
    ),
]
Data = Annotated[
    str | None,
    typer.Option(help="A dataset's name, or a path.", autocompletion=complete_dataset),
]
