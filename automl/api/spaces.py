"""Search spaces: which there are, what they hold, and new ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.parts import Datasets, dataset_name, kind_of, simplest
from automl.api.settling import check_task
from automl.api.vocabulary import make_vocabulary
from automl.core.errors import UserError
from automl.core.inspection import Inspection
from automl.core.trial import Config
from automl.tuning.watch import Silent

if TYPE_CHECKING:
    from automl.report.check import Check
    from automl.spaces.space import SearchSpace


def spaces() -> tuple[tuple[str, Path], ...]:
    """The search spaces at hand, each with its file; one in ./search_spaces wins."""
    from automl.spaces.find import list_spaces

    return tuple(list_spaces(Path.cwd()))


def check(
    space: str,
    data: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Check:
    """A space in words: its parameters, its size and the networks it holds.

    Args:
        space: Name of a shipped space, or path of one.
        data: Name or path of the dataset; None is the space's own.
        progress: Hears how many of how many networks are sampled.

    Raises:
        SpaceError: with all that is wrong in the file.
        DataError: if the data, which networks are built for, cannot be read.
    """
    from automl.report.check import check_space
    from automl.trials.inspector import inspect

    parsed = find_and_read(space)
    kind = kind_of(parsed.tasks[0])
    datasets = Datasets(dataset_name(data or parsed.data, kind), kind, {}, 0, Silent())
    check_task(datasets(simplest(parsed)), parsed)

    def inspected(config: Config) -> Inspection:
        return inspect(config, datasets(config), parsed.objective.constraints)

    return check_space(parsed, inspected, progress)


def new_space(name: str, source: str) -> Path:
    """Copy a space to ./search_spaces/NAME.yaml, to be changed there.

    Raises:
        UserError: if there is one of that name already.
    """
    from automl.spaces.find import find_space

    target = Path("search_spaces") / f"{name.removesuffix('.yaml')}.yaml"
    if target.exists():
        raise UserError(f"{target} is there already; choose another name")
    text = find_space(source, Path.cwd()).read_text(encoding="utf-8")
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target


def schema() -> dict[str, Any]:
    """The JSON schema of search spaces, for editors."""
    from automl.spaces.schema import json_schema

    return json_schema(make_vocabulary())


def find_and_read(space: str) -> SearchSpace:
    """A space by its name or path.

    Raises:
        UnknownName: if there is no space of that name.
        SpaceError: with all that is wrong in the file.
    """
    from automl.spaces.find import find_space
    from automl.spaces.read import read_space

    cwd = Path.cwd()
    path = find_space(space, cwd)
    shown = path.relative_to(cwd) if path.is_relative_to(cwd) else path
    return read_space(path, make_vocabulary(), str(shown))
