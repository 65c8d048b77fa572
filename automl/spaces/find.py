"""Where search spaces are: one's own beside the ones that are shipped."""

from __future__ import annotations

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
        The file. Of a path it is not known whether it exists.

    Raises:
        UnknownName: if there is no space of that name.
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
    """Every space known by a name and its file, by name; one's own before a shipped one."""
    spaces = {
        path.stem: path for folder in (_shipped(), cwd / FOLDER) for path in folder.glob("*.yaml")
    }
    return tuple(sorted(spaces.items()))


def _shipped() -> Path:
    """In a wheel the spaces are inside the package, in a checkout beside it."""
    inside = _PACKAGE / FOLDER
    return inside if inside.is_dir() else _PACKAGE.parent / FOLDER
