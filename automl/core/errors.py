"""Everything that can go wrong, as one tree.

AutomlError                 what this package raises on purpose
├── UserError               something the user can fix: exit code 2, one clear message
│   ├── SpaceError          a search space with one or more problems, each with file and line
│   ├── UnknownName         a name that no registry has, with the nearest known one
│   │   └── UnknownData     data that is neither a path nor a dataset
│   ├── DataError           data that is missing, unreadable or not enough
│   │   └── WrongSpace      data of another kind than the space's, with the right space
│   ├── StudyError          a study whose name is taken, that is unknown or cannot continue
│   ├── ExportError         a model that cannot be written, or whose export differs
│   └── MissingPackage      an optional library, with the command that installs it
└── Infeasible              a network that cannot be built or is over a limit
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


class AutomlError(Exception):
    """Base of every exception this package raises on purpose."""


class UserError(AutomlError):
    """An error that the user can fix. The message says what is wrong, the rule and what to do."""


class DataError(UserError):
    """Data that is missing, unreadable or not enough to train on."""


class StudyError(UserError):
    """A study whose name is taken, that is unknown, or that cannot continue."""


class ExportError(UserError):
    """A model that cannot be written in a format, or whose export differs from the model."""


class UnknownName(UserError):
    """A name that no registry holds.

    Args:
        kind: Kind of the name: ``"layer"``.
        name: The unknown name.
        known: All known names.
        nearest: The closest known name, or None.
    """

    def __init__(self, kind: str, name: str, known: tuple[str, ...], nearest: str | None) -> None:
        self.kind, self.name, self.known, self.nearest = kind, name, known, nearest
        guess = f"did you mean {nearest!r}?" if nearest else f"known: {', '.join(known)}"
        super().__init__(f"unknown {kind} {name!r}; {guess}")


class UnknownData(UnknownName):
    """Data that is neither a path nor the name of a dataset.

    Args:
        name: The unknown name or path.
        known: Names of datasets, and of files beside the path.
        nearest: The closest of these, or None.
    """

    def __init__(self, name: str, known: tuple[str, ...], nearest: str | None) -> None:
        super().__init__("data", name, known, nearest)
        guess = f"did you mean {nearest!r}? " if nearest else ""
        self.args = (
            f"there is no file or folder {name!r}, and no dataset of that name; {guess}"
            "all datasets: automl data list",
        )


class WrongSpace(DataError):
    """Data of another kind than a space reads.

    Args:
        reason: The kind of the data and the kind that the space reads, in words.
        space: The space that was given.
        right: The space for such data.
    """

    def __init__(self, reason: str, space: str, right: str) -> None:
        self.reason, self.space, self.right = reason, space, right
        super().__init__(f"{reason}; search it with {right}")


class MissingPackage(UserError):
    """An optional package that is needed and not installed.

    Args:
        package: Import name of the package.
        install: Command that installs it.
    """

    def __init__(self, package: str, install: str) -> None:
        self.package, self.install = package, install
        super().__init__(f"{package} is not installed; get it with: {install}")


def require(extra: str, *packages: str) -> None:
    """Check that optional libraries are installed, without the time that importing them takes.

    Args:
        extra: Name of the extra of this package that installs them.
        packages: Import names of the libraries.

    Raises:
        MissingPackage: if one of them is not installed.
    """
    for package in packages:
        if find_spec(package) is None:
            raise MissingPackage(package, f"pip install 'automl[{extra}]'")


@dataclass(frozen=True)
class SpaceProblem:
    """One problem in a search space.

    Args:
        line: Line of the file, from 1.
        message: What is wrong.
        hint: What would be right; empty if the message says so.
        flag: The flag that holds the problem, or empty if the file does.
    """

    line: int
    message: str
    hint: str = ""
    flag: str = ""

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class SpaceError(UserError):
    """A search space with one or more problems, all reported at once.

    Args:
        source: The file as the user named it.
        problems: At least one, in the order of their lines.
    """

    def __init__(self, source: str, problems: tuple[SpaceProblem, ...]) -> None:
        self.source, self.problems = source, problems
        where = (each.flag or f"{source}:{each.line}" for each in problems)
        super().__init__(
            "\n".join(f"{at}: {each}" for at, each in zip(where, problems, strict=True))
        )


class Infeasible(AutomlError):
    """A sampled network that cannot be built, or is over a limit of its space.

    Args:
        reason: Why, in words that a person can act on.
        violation: Relative excess over the limit (> 0): 0.5 is half as much again. For a network
            that cannot be built at all, 1.0.
    """

    def __init__(self, reason: str, violation: float = 1.0) -> None:
        self.reason, self.violation = reason, violation
        super().__init__(reason)
