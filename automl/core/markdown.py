"""Markdown that shows strangers' words as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from automl.core.text import one_line

# Characters with a meaning in Markdown or HTML.
_MEANINGFUL = re.compile(r"[\\`*_{}\[\]()<>#+!|~$&@:\-]")
# Those with a meaning inside a sentence; an underscore inside a word has none.
_IN_TEXT = re.compile(r"[\\`*\[\]<>#|~$&@]|(?<![^\W_])_|_(?![^\W_])")
# Text that needs no escape in backticks.
_HARMLESS = re.compile(r"""[\w.,:;=+/()\[\]× '"%-]*[\w"\])]""")


def text(words: str) -> str:
    """Our own words on one line, which may contain strangers' names."""
    return _IN_TEXT.sub(_entity, _flat(words))


def code(words: str) -> str:
    """A stranger's words as code on one line, so that they neither link nor mention anybody."""
    flat = _flat(words)
    if _HARMLESS.fullmatch(flat):
        return f"`{flat}`"
    return f"<code>{_MEANINGFUL.sub(_entity, flat)}</code>" if flat else ""


def fenced(block: str, language: str = "") -> str:
    """Lines as they are, in a fence longer than any fence among them."""
    longest = max(map(len, re.findall("`+", block)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = (one_line(line) for line in block.rstrip().splitlines())
    return "\n".join([f"{fence}{language}", *lines, fence])


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already, and no row has more cells than there are headings."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(title: str, body: str) -> str:
    """A section that is folded until somebody opens it."""
    return f"<details><summary>{text(title)}</summary>\n\n{body}\n\n</details>"


def _flat(words: str) -> str:
    return one_line(" ".join(words.split()))


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"
