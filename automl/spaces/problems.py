"""Collects all that is wrong with a space, to be told at once."""

from __future__ import annotations

from automl.core.errors import Problem, SpaceError
from automl.core.registry import nearest


class Problems:
    """What was found wrong so far."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, line: int, message: str, hint: str = "") -> None:
        """Note what is wrong in ``line`` and what would be right."""
        self._found.append(Problem(line, message, hint))

    def unknown(
        self, line: int, kind: str, name: str, known: tuple[str, ...], owner: str = ""
    ) -> None:
        """Note a name that is not among the ``known`` ones, which ``owner`` has."""
        guess = nearest(name, known)
        hint = f"did you mean {guess!r}?" if guess else f"known: {', '.join(known) or 'none'}"
        whose = f" of {owner}" if owner else ""
        self.add(line, f"unknown {kind} {name!r}{whose}", hint)

    def raise_any(self, source: str) -> None:
        """Tell all problems, in the order of their lines.

        Raises:
            SpaceError: if there is any.
        """
        # What stands behind an alias was read once for each use, and is told once.
        found = sorted(dict.fromkeys(self._found), key=lambda each: each.line)
        if found:
            raise SpaceError(source, tuple(found))
