"""The search-space language, a YAML file read into a tree to sample; and where such files are."""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

from automl.core.errors import UnknownName
from automl.core.registry import nearest

FOLDER = "search_spaces"
_PACKAGE = Path(__file__).resolve().parents[1]


def find_space(name_or_path: str, cwd: Path) -> Path:
    """The file of a space.

    Args:
        name_or_path: A path (it ends in .yaml or .yml, or names a folder), or the name of a space
            in ``cwd``'s search_spaces folder or, if it is not there, of a shipped one.
        cwd: The working directory.

    Returns:
        The file; if a path was given, it may not exist.

    Raises:
        UnknownName: if there is no space with that name.
    """
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml") or path.name != name_or_path:
        return cwd / path
    spaces = dict(list_spaces(cwd))
    if name_or_path not in spaces:
        known = tuple(spaces)
        raise UnknownName("search space", name_or_path, known, nearest(name_or_path, known))
    return spaces[name_or_path]


def list_spaces(cwd: Path) -> tuple[tuple[str, Path], ...]:
    """Name and file of every space, by name; the user's own hide shipped ones."""
    spaces = {
        path.stem: path for folder in (_shipped(), cwd / FOLDER) for path in folder.glob("*.yaml")
    }
    return tuple(sorted(spaces.items()))


def purpose(file: Path) -> str:
    """The first sentence of the comment at the top of a space's file, or ""."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    comment = takewhile(lambda line: line.startswith("#"), lines)
    text = " ".join(line.lstrip("# ").rstrip() for line in comment)
    first = re.match(r".*?[.!?](?=\s|$)", text)
    return (first[0] if first else text).rstrip(".")


def _shipped() -> Path:
    """The folder of the shipped spaces: inside the package in a wheel, beside it in a checkout."""
    inside = _PACKAGE / FOLDER
    return inside if inside.is_dir() else _PACKAGE.parent / FOLDER
