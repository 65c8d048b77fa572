"""The tables of the docs that list a registry list all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from automl.core.records import COSTS
from automl.export import EXPORTERS
from automl.tasks import TASKS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def names_below(page: str, heading: str) -> list[str]:
    """The names in the first column of the table whose first heading is ``heading``."""
    text = (DOCS / page).read_text(encoding="utf-8")
    rows = text.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]


@pytest.mark.parametrize(
    ("page", "heading", "names"),
    [
        ("export.md", "`--format`", EXPORTERS),
        ("objectives.md", "objective", COSTS),
        ("data.md", "task", TASKS),
    ],
)
def test_a_table_lists_all_names(page: str, heading: str, names: Iterable[str]) -> None:
    assert sorted(names_below(page, heading)) == sorted(names)
