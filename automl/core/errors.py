"""Everything that can go wrong, as one tree.

AutomlError                 what this package raises on purpose
├── UserError               something the user can mend: exit code 2, one clear message
│   ├── SpaceError          a search space with one or more problems, each with file and line
│   ├── UnknownName         a name that is in no registry, with the nearest that is
│   ├── DataError           data that is missing, unreadable or not enough
│   ├── StudyError          a study that is taken, unknown or cannot go on
│   ├── ExportError         a model that cannot be written, or did not agree with the original
│   └── MissingPackage      an optional library, with the command that installs it
└── Infeasible              a sampled network that cannot be built, or is over a limit
"""

from __future__ import annotations

from dataclasses import dataclass


class AutomlError(Exception):
    """Base of every exception this package raises on purpose."""


class UserError(AutomlError):
    """Something the user can mend. The message says what, where, the rule and what to do."""


class DataError(UserError):
    """Data that is missing, unreadable or not enough to train on."""


class StudyError(UserError):
    """A study whose name is taken, that is unknown, or that cannot go on."""


class ExportError(UserError):
    """A model that cannot be written in a format, or whose written form does not agree."""


class UnknownName(UserError):
    """A name that no registry holds.

    Args:
        kind: What was looked for, in words: ``"layer"``.
        name: The name as given.
        known: Every name that would have been right.
        nearest: The closest known name, or None.
    """

    def __init__(self, kind: str, name: str, known: tuple[str, ...], nearest: str | None) -> None:
        self.kind, self.name, self.known, self.nearest = kind, name, known, nearest
        guess = f"did you mean {nearest!r}?" if nearest else f"known: {', '.join(known)}"
        super().__init__(f"unknown {kind} {name!r}; {guess}")


class MissingPackage(UserError):
    """An optional library is asked for and not installed.

    Args:
        package: The import name that is missing.
        install: The one command that installs it.
    """

    def __init__(self, package: str, install: str) -> None:
        self.package, self.install = package, install
        super().__init__(f"{package} is not installed; get it with: {install}")


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a search space: where, what, and what would be right."""

    line: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class SpaceError(UserError):
    """A search space with one or more problems, all of them told at once.

    Args:
        source: The file as the user named it.
        problems: At least one, in the order of their lines.
    """

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.source, self.problems = source, problems
        super().__init__("\n".join(f"{source}:{each.line}: {each}" for each in problems))


class Infeasible(AutomlError):
    """A sampled network that cannot be built, or is over a limit of its space.

    Args:
        reason: Why, in words a person can act on.
        violation: How far over the limit, relative to it (> 0): 0.5 is half as much again. A
            network that cannot be built at all has 1.0.
    """

    def __init__(self, reason: str, violation: float = 1.0) -> None:
        self.reason, self.violation = reason, violation
        super().__init__(reason)
