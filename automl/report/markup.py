"""Words as Markdown that a reader shows as they are, whoever wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from automl.core.one_line import one_line

# What could mean something to a reader of Markdown or HTML.
_MEANINGFUL = re.compile(r"[\\`*_{}\[\]()<>#+!|~$&@:\-]")
# What stands in backticks as it is.
_HARMLESS = re.compile(r"[\w.,:;=+/()× '%-]*\w")


def text(words: str) -> str:
    """Words of our own on one line, with names of strangers in them."""
    return re.sub(r"[\\`*_\[\]<>#|~$&@]", _entity, _flat(words))


def code(words: str) -> str:
    """A stranger's words on one line: nobody is notified and nothing is linked by them."""
    flat = _flat(words)
    if _HARMLESS.fullmatch(flat):
        return f"`{flat}`"
    return f"<code>{_MEANINGFUL.sub(_entity, flat)}</code>" if flat else ""


def fenced(block: str, language: str = "") -> str:
    """Lines as they are, inside a fence that is longer than any of theirs."""
    longest = max(map(len, re.findall("`+", block)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = (one_line(line) for line in block.rstrip().splitlines())
    return "\n".join([f"{fence}{language}", *lines, fence])


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; no row has more cells than there are headings."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(title: str, body: str) -> str:
    """What is there for who opens it."""
    return f"<details><summary>{text(title)}</summary>\n\n{body}\n\n</details>"


def _flat(words: str) -> str:
    return one_line(" ".join(words.split()))


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
