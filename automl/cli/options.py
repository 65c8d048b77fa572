"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Results = Annotated[str, typer.Option(metavar="DIR", help="Folder of all studies.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
Study = Annotated[str, typer.Argument(help="The study's name.")]
