"""What a reader of a space knows: the vocabulary, its place, and what was wrong so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from automl.core.errors import SpaceError, SpaceProblem
from automl.core.registry import MemberOf, Registry, nearest
from automl.spaces.nodes import REPEAT, ChoiceNode

# The family of layers. Parameters of its options have no path before their names.
LAYER = "layer"


@dataclass(frozen=True)
class Vocabulary:
    """All names that a space may use.

    Args:
        tasks: Registry of tasks.
        datasets: Registry of datasets; a space may name a path instead.
        families: Family -> registry of its members, each a pydantic class of options; one family is
            ``"layer"``.
        training: Pydantic class of the training section.
        samplers: Registry of samplers.
        pruners: Registry of pruners.
        metrics: Function from a task's name to the names of its metrics.
        reads: Function from a task's name to its kind of data.
    """

    tasks: Registry[Any]
    datasets: Registry[Any]
    families: Mapping[str, Registry[type[BaseModel]]]
    training: type[BaseModel]
    samplers: Registry[Any]
    pruners: Registry[Any]
    metrics: Callable[[str], Sequence[str]]
    reads: Callable[[str], str]


def named_of(model: type[BaseModel], field: str) -> MemberOf | None:
    """The family that a field's value is chosen from, or None if it is a plain value."""
    marks = model.model_fields[field].metadata
    return next((mark for mark in marks if isinstance(mark, MemberOf)), None)


# First of the line numbers that stand for flags: no file has as many lines.
FIRST_FLAG = 10_000_000


class Problems:
    """Collects what is wrong with a space, to report all of it at once."""

    def __init__(self) -> None:
        self._found: list[SpaceProblem] = []
        self._flags: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._found)

    def add(self, line: int, message: str, hint: str = "") -> None:
        """Add a problem.

        Args:
            line: Line of the file, from 1.
            message: What is wrong.
            hint: What would be right; empty if the message says so.
        """
        self._found.append(SpaceProblem(line, message, hint, self._flags.get(line, "")))

    def line_of_flag(self, flag: str) -> int:
        """A line number after all lines of the file, which stands for ``flag``."""
        line = FIRST_FLAG + len(self._flags)
        self._flags[line] = flag
        return line

    def take_over(self, others: Problems, line: int) -> None:
        """Add all of ``others`` as problems of ``line``."""
        for each in others._found:
            self.add(line, each.message, each.hint)

    def unknown(
        self, line: int, kind: str, name: str, known: tuple[str, ...], owner: str = ""
    ) -> None:
        """Add an unknown name, with the nearest known one.

        Args:
            line: Line of the file, from 1.
            kind: Kind of the name: ``"layer"``.
            name: The unknown name.
            known: All names that would be right.
            owner: What the known names belong to; empty if that is clear.
        """
        guess = nearest(name, known)
        hint = f"did you mean {guess!r}?" if guess else f"known: {', '.join(known) or 'none'}"
        whose = f" of {owner}" if owner else ""
        self.add(line, f"unknown {kind} {name!r}{whose}", hint)

    def raise_any(self, source: str) -> None:
        """Report all problems, in the order of their lines.

        Raises:
            SpaceError: if there are any.
        """
        # A YAML alias was read once for each of its uses; its problems are reported once.
        found = sorted(dict.fromkeys(self._found), key=lambda each: each.line)
        if found:
            raise SpaceError(source, tuple(found))


_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]*$"


def check_name(name: str) -> str:
    """Return ``name`` if it can be part of a parameter's name.

    Dots and numbers have a meaning there: ``conv.2.filters`` belongs to the second repeat.

    Raises:
        ValueError: if it cannot; the message says the rule.
    """
    if not re.fullmatch(_PATTERN, name):
        raise ValueError("must consist of letters, digits, _ and -, and begin with a letter")
    return name


Name = Annotated[str, AfterValidator(check_name), Field(json_schema_extra={"pattern": _PATTERN})]


@dataclass(frozen=True)
class Context:
    """A place in the space that is being read, and what is known there.

    Args:
        vocabulary: Names that the space may use.
        problems: Collector of what is wrong.
        taken: Names that the whole space has given so far.
        each: Path before the names of parameters that every repeat draws anew: ``conv.#.``.
        once: Path before the names of parameters that all repeats share: ``conv.``.
        repeats: Maximum number of times that this place occurs in one network.
        overridden: Whether flags replace values of the file, whose baseline may then name
            parameters that are no longer drawn.
        choices: Choices that the whole space has so far, by name.
    """

    vocabulary: Vocabulary
    problems: Problems
    taken: set[str]
    each: str = ""
    once: str = ""
    repeats: int = 1
    overridden: bool = False
    choices: dict[str, ChoiceNode] = field(default_factory=dict)

    @property
    def in_stage(self) -> bool:
        """Whether there are repeats that could share a draw."""
        return self.each != self.once

    def claim(self, name: str, shared: bool = False) -> str:
        """The full name of a new parameter; of two alike, the later in the file gets ``_2``.

        Names are given while the file is read, so they never depend on what is drawn.
        """
        wanted = claimed = (self.once if shared else self.each) + name
        number = 2
        while claimed in self.taken:
            claimed = f"{wanted}_{number}"
            number += 1
        self.taken.add(claimed)
        return claimed

    def inside(self, name: str) -> Context:
        """The context of everything whose path goes through ``name``."""
        return replace(self, each=f"{self.each}{name}.", once=f"{self.once}{name}.")

    def repeated(self, stage: str, most: int) -> Context:
        """The context inside a stage that is repeated at most ``most`` times."""
        once = f"{self.each}{stage}."
        return replace(self, each=f"{once}{REPEAT}.", once=once, repeats=self.repeats * most)
