"""Search spaces: list, read, check and copy them, and the names that they may use."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.api.datasets import DatasetLoader, dataset_name, kind_of
from automl.core.errors import UnknownName, UserError
from automl.core.records import NetworkProfile
from automl.core.trial import Config
from automl.data import DATASETS
from automl.models.layers import LAYERS
from automl.spaces import find_space, list_spaces, purpose
from automl.spaces.context import Vocabulary
from automl.spaces.domain import FixedSuggest
from automl.tasks import TASKS
from automl.training import AUGMENTATIONS, OPTIMIZERS, SCHEDULES
from automl.training.settings import SpaceTraining, balance_for
from automl.tuning import PRUNERS, SAMPLERS
from automl.tuning.context import Watcher
from automl.tuning.plan import check_task

if TYPE_CHECKING:
    from automl.data.dataset import Dataset
    from automl.report.space_check import SpaceCheck
    from automl.spaces.space import SearchSpace

# Networks that are sampled to check a space.
USUAL_SAMPLES = 1_000
# Networks that are sampled before a search, and again if more than half of those are infeasible.
FEW_SAMPLES, MANY_SAMPLES = 20, 200
# Sides in pixels that are tried where a space does not fit the images.
OTHER_SIZES = (16, 24, 32, 48, 64, 96, 128, 192, 256)
# Share of the networks that may be infeasible where a space fits.
MOST_INFEASIBLE = 0.2


def make_vocabulary() -> Vocabulary:
    """Every name that a search space may use."""
    return Vocabulary(
        tasks=TASKS,
        datasets=DATASETS,
        families={
            "layer": LAYERS,
            "optimizer": OPTIMIZERS,
            "schedule": SCHEDULES,
            "augmentation": AUGMENTATIONS,
        },
        training=SpaceTraining,
        samplers=SAMPLERS,
        pruners=PRUNERS,
        metrics=lambda task: [each.name for each in TASKS[task].metrics],
        reads=lambda task: TASKS[task].data,
    )


def spaces() -> tuple[tuple[str, Path], ...]:
    """The search spaces at hand, each with its file; one in ./search_spaces wins."""
    return tuple(list_spaces(Path.cwd()))


def space_purpose(file: Path) -> str:
    """What a space is for, as its file says in its first comment."""
    return purpose(file)


def check(
    space: str,
    data: str | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    size: int | None = None,
    samples: int = USUAL_SAMPLES,
    *,
    target: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> SpaceCheck:
    """A space in words: its parameters, its size and the networks it holds.

    Args:
        space: Name of a shipped space, or path of one.
        data: Name or path of the dataset; None is the space's own.
        progress: Hears how many of how many networks are sampled.
        size: Side in pixels that images are scaled to; None is theirs, at most 128.
        samples: Number of networks to sample.
        target: Column to predict, in one's own data; None finds it by name.
        overrides: Values that replace those of the space, by their paths.

    Raises:
        SpaceError: with all that is wrong in the file.
        WrongSpace: if the data is plainly for another space.
        DataError: if the data, which networks are built for, cannot be read.
    """
    from automl.data.kinds import check_kind
    from automl.report.space_check import check_space
    from automl.trials.preparation import inspect

    parsed = find_and_read(space, as_yaml(overrides or {}))
    kind = kind_of(parsed.tasks[0])
    if data is not None:
        check_kind(data, kind, Path(space).stem)
    name = dataset_name(data or parsed.data, kind)
    given = {"size": size, "target": target}
    options = {option: value for option, value in given.items() if value is not None}
    datasets = DatasetLoader(name, kind, options, 0, Watcher())
    read = datasets(baseline_config(parsed))
    check_task(read, parsed)
    parsed = replace(parsed, fitted=balance_for(bool(read.rare_classes)))

    def inspected(config: Config, limits: Mapping[str, float]) -> NetworkProfile:
        return inspect(config, datasets(config), limits)

    found = check_space(parsed, inspected, progress, samples=samples)
    return (
        _with_size(found, parsed, datasets(baseline_config(parsed)), name)
        if found.problem
        else found
    )


def check_searchable(space: SearchSpace, data: Dataset, name: str) -> None:
    """Check that a space holds networks for some data, before a search begins.

    Args:
        space: Space that is to be searched.
        data: Dataset with the options of the baseline.
        name: Name or path of the dataset.

    Raises:
        UserError: if the baseline cannot be trained, or more than half of the networks.
    """
    for samples in (FEW_SAMPLES, MANY_SAMPLES):
        found = _checked(space, data, samples)
        if found.baseline or not found.problem:
            break  # else a few samples may have been unlucky
    if found.problem:
        found = _with_size(found, space, data, name)
        raise UserError(f"{space.source}: {found.problem}; {found.advice}")


def _checked(space: SearchSpace, data: Dataset, samples: int) -> SpaceCheck:
    from automl.report.space_check import check_space
    from automl.trials.preparation import inspect

    return check_space(space, lambda config, limits: inspect(config, data, limits), samples=samples)


def _with_size(found: SpaceCheck, space: SearchSpace, data: Dataset, name: str) -> SpaceCheck:
    """The check with the size for images, if their source takes one, that mends its problem."""
    from automl.data.images.encoding import ImageEncoding
    from automl.data.source import find_source

    encoding = data.encoding
    takes_size = "size" in find_source(name, kind_of(data.task)).model_fields
    if not takes_size or not isinstance(encoding, ImageEncoding):
        return found
    channels, side, _ = encoding.image_shape
    for size in sorted(OTHER_SIZES, key=lambda each: abs(log2(each / side))):
        scaled = encoding.model_copy(update={"image_shape": (channels, size, size)})
        other = _checked(space, replace(data, encoding=scaled), FEW_SAMPLES)
        if not other.baseline and other.infeasible <= MOST_INFEASIBLE * other.samples:
            return replace(found, size=size)
    return found


def baseline_config(space: SearchSpace) -> Config:
    """The configuration of a space's baseline, which is its simplest."""
    return space.sample(FixedSuggest(space.baseline()))


def new_space(name: str, source: str) -> Path:
    """Copy a space to ./search_spaces/NAME.yaml, to be changed there.

    Raises:
        UserError: if there is one of that name already.
    """
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


def as_yaml(overrides: Mapping[str, Any]) -> dict[str, str]:
    """Values that replace those of a space, as the YAML texts that ``find_and_read`` takes."""
    return {
        path: value if isinstance(value, str) else json.dumps(value)
        for path, value in overrides.items()
    }


def find_and_read(space: str, overrides: Mapping[str, str] | None = None) -> SearchSpace:
    """A space by its name or path, with what ``overrides`` say instead of its file.

    Raises:
        UnknownName: if there is no space of that name.
        SpaceError: with all that is wrong in the file.
    """
    from automl.spaces.space import read_space

    cwd = Path.cwd()
    try:
        path = find_space(space, cwd)
    except UnknownName:
        if Path(space).exists():
            raise UserError(
                f"{space!r} is no search space; if it is data: automl search --data {space}"
            ) from None
        raise
    shown = path.relative_to(cwd) if path.is_relative_to(cwd) else path
    return read_space(path, make_vocabulary(), str(shown), overrides or {})
