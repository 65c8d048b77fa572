"""The sections of a space beside network and training: task, data, search, where it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from automl.core.distributions import Parameter, Value
from automl.core.records import COSTS
from automl.core.registry import Registry, nearest
from automl.spaces import domain
from automl.spaces.context import Context, Problems
from automl.spaces.document import Yaml, YamlEntry, YamlList, YamlScalar, YamlTable, shown
from automl.spaces.nodes import DrawNode, FixedNode
from automl.spaces.values import MappingForm, Positive, any_scalar, read_form, read_value

# Trials of a search where nobody says how many; within a time limit, the time decides.
TRIALS = 30
MOST_TRIALS = 300


class SearchForm(MappingForm):
    """Settings of the search."""

    trials: Annotated[int, Field(ge=1)] | None = None
    """Total number of trials in the study: 30, or with a time limit as many as fit, at most 300."""
    sampler: str = "tpe"
    """Sampler that draws the values."""
    pruner: str = "asha"
    """Pruner that stops weak trials early."""

    def total(self, timeout: float | None) -> int:
        """Total number of trials of a search.

        Args:
            timeout: Time limit of the search in seconds, or None.
        """
        usual = TRIALS if timeout is None else MOST_TRIALS
        return usual if self.trials is None else self.trials


class LimitForm(MappingForm):
    """A limit on a network."""

    max: Positive
    """The limit, included."""


class ConstraintsForm(MappingForm):
    """Limits that a network must keep, or else it is rejected before training."""

    latency: LimitForm | None = None
    """Milliseconds for one example, a batch of 1, measured on the worker."""
    parameters: LimitForm | None = None
    """Number of learned values."""
    flops: LimitForm | None = None
    """Floating-point operations of the forward pass of one example."""


class ObjectiveForm(MappingForm):
    """Metric and costs by which models are compared."""

    metric: str | None = None
    """A metric of the task; each task has a default."""
    minimize: Any = ()
    """Costs to minimise too: any of latency (milliseconds for one example, measured on the worker),
    parameters and flops. The search keeps the Pareto front."""
    constraints: ConstraintsForm = ConstraintsForm()
    """Limits on the networks."""


@dataclass(frozen=True)
class SpaceObjective:
    """Metric and costs by which models are compared.

    Args:
        metric: Name of the metric, or None for the default of the task.
        constraints: Any of ``COSTS`` -> its maximum.
        minimize: Further objectives from ``COSTS``, to be minimised.
    """

    metric: str | None = None
    constraints: Mapping[str, float] = field(default_factory=dict)
    minimize: tuple[str, ...] = ()


def read_tasks(context: Context, yaml: Yaml) -> tuple[str, ...]:
    """Read the names of the tasks; wrong ones are reported and left out."""
    items = yaml.items if isinstance(yaml, YamlList) and yaml.items else (yaml,)
    names = [_read_name(context, context.vocabulary.tasks, item) for item in items]
    kinds = {context.vocabulary.reads(name) for name in names if name}
    if len(kinds) > 1:
        hint = f"these read {' and '.join(sorted(kinds))}"
        context.problems.add(yaml.line, "the tasks must be about one kind of data", hint)
    return tuple(name for name in names if name)


def read_data(context: Context, yaml: Yaml) -> tuple[str, Mapping[str, FixedNode | DrawNode]]:
    """Read the dataset's name or path, and its options."""
    if not isinstance(yaml, YamlTable):
        return _read_dataset(context, yaml), {}
    if "name" not in yaml.entries:
        context.problems.add(yaml.line, "data needs `name`", "a dataset's name, or a path")
    name = _read_dataset(context, yaml.entries["name"].value) if "name" in yaml.entries else ""
    inside = context.inside("data")
    options = {
        key: read_value(inside, any_scalar(f"`{key}` of data"), entry.value, key)
        for key, entry in yaml.entries.items()
        if key != "name"
    }
    return name, options


def read_objective(context: Context, tasks: tuple[str, ...], yaml: Yaml) -> SpaceObjective:
    """Read the objective; every task must have its metric."""
    form = read_form(context.problems, ObjectiveForm, yaml, "the objective")
    if form is None:
        return SpaceObjective()
    if form.metric is not None and tasks:
        metrics = _common_metrics(context, tasks)
        _check_known(context, yaml, "metric", "metric", form.metric, metrics)
    limits = form.constraints.model_dump(exclude_none=True)
    constraints = {name: limit["max"] for name, limit in limits.items()}
    return SpaceObjective(form.metric, constraints, _read_costs(context, yaml))


def read_search(context: Context, yaml: Yaml) -> SearchForm:
    """Read the search settings."""
    form = read_form(context.problems, SearchForm, yaml, "the search section")
    if form is None:
        return SearchForm()
    for key, registry in (
        ("sampler", context.vocabulary.samplers),
        ("pruner", context.vocabulary.pruners),
    ):
        _check_known(context, yaml, key, registry.kind, getattr(form, key), registry.names)
    return form


def _read_costs(context: Context, objective: Yaml) -> tuple[str, ...]:
    """Read the further objectives; wrong names are reported and left out."""
    if not isinstance(objective, YamlTable) or "minimize" not in objective.entries:
        return ()
    yaml = objective.entries["minimize"].value
    items = yaml.items if isinstance(yaml, YamlList) and yaml.items else (yaml,)
    names = [_read_known(context, "objective to minimize", COSTS, item) for item in items]
    return tuple(dict.fromkeys(name for name in names if name))


def _common_metrics(context: Context, tasks: tuple[str, ...]) -> tuple[str, ...]:
    first, *others = (context.vocabulary.metrics(task) for task in tasks)
    return tuple(name for name in first if all(name in each for each in others))


def _read_dataset(context: Context, yaml: Yaml) -> str:
    datasets = context.vocabulary.datasets
    if (
        isinstance(yaml, YamlScalar)
        and isinstance(yaml.value, str)
        and _looks_like_path(yaml.value)
    ):
        return yaml.value
    return _read_name(context, datasets, yaml)


def _looks_like_path(name: str) -> bool:
    try:
        return "/" in name or "." in name or Path(name).exists()
    except OSError:  # too long for the name of a file
        return False


def _read_name(context: Context, registry: Registry[Any], yaml: Yaml) -> str:
    if isinstance(yaml, YamlScalar) and isinstance(yaml.value, str) and yaml.value in registry:
        return yaml.value
    return _read_known(context, registry.kind, registry.names, yaml)


def _read_known(context: Context, kind: str, known: tuple[str, ...], yaml: Yaml) -> str:
    """Read one of the ``known`` names; "" if it is not one of them."""
    if not isinstance(yaml, YamlScalar) or not isinstance(yaml.value, str):
        message = f"{kind}: this must be a name, not {shown(yaml)}"
        context.problems.add(yaml.line, message, f"known: {', '.join(known)}")
        return ""
    if yaml.value in known:
        return yaml.value
    context.problems.unknown(yaml.line, kind, yaml.value, known)
    return ""


def _check_known(
    context: Context, yaml: Yaml, key: str, kind: str, name: str, known: tuple[str, ...]
) -> None:
    if name not in known and isinstance(yaml, YamlTable):
        line = yaml.entries[key].line if key in yaml.entries else yaml.line
        context.problems.unknown(line, kind, name, known)


@dataclass(frozen=True)
class StartReader:
    """Reads configurations that a search begins with: values of parameters by their names.

    Where flags replace values of the file, what no longer fits is left out.

    Args:
        context: Context of the space.
        parameters: All parameters of the space, by name.
        certain: Whether nothing was wrong before, so that an unknown parameter is not missing only
            because of an earlier problem.
    """

    context: Context
    parameters: Mapping[str, Parameter]
    certain: bool

    def read_baseline(self, yaml: Yaml) -> dict[str, Value]:
        """The values of the first trial."""
        return self._read_values(yaml, "the baseline")

    def read_portfolio(self, yaml: Yaml) -> tuple[dict[str, Value], ...]:
        """The values of the trials after the first one, in their order."""
        if isinstance(yaml, YamlTable) and not yaml.entries:
            return ()
        if not isinstance(yaml, YamlList):
            message = f"the portfolio must be a list of mappings, not {shown(yaml)}"
            self.context.problems.add(yaml.line, message, "begin each configuration with a dash")
            return ()
        return tuple(
            self._read_values(each, f"entry {number} of the portfolio")
            for number, each in enumerate(yaml.items, start=1)
        )

    def _read_values(self, yaml: Yaml, owner: str) -> dict[str, Value]:
        if not isinstance(yaml, YamlTable):
            message = f"{owner} must be a mapping of parameters to values, not {shown(yaml)}"
            self.context.problems.add(yaml.line, message)
            return {}
        values: dict[str, Value] = {}
        for name, entry in yaml.entries.items():
            problems = Problems() if self.context.overridden else self.context.problems
            if name not in self.parameters:
                self._explain_unknown(problems, name, entry)
                continue
            value = _read_value(problems, owner, self.parameters[name], entry.value)
            if not (self.context.overridden and problems):
                values[name] = value
        return values

    def _explain_unknown(self, problems: Problems, name: str, entry: YamlEntry) -> None:
        head = name.partition(".")[0]
        taken = sorted(self.context.taken)
        heads = tuple(dict.fromkeys(each.partition(".")[0] for each in taken))
        if "." in name and head not in heads:
            guess = nearest(head, heads)
            hint = f"did you mean {guess!r}?" if guess else f"known: {', '.join(heads)}"
            problems.add(entry.line, f"no stage or setting {head!r} for `{name}`", hint)
        elif self.certain or head not in heads:
            problems.unknown(entry.line, "parameter", name, tuple(self.parameters))


def _read_value(problems: Problems, owner: str, parameter: Parameter, yaml: Yaml) -> Value:
    rule = domain.words(parameter.distribution)
    if not isinstance(yaml, YamlScalar):
        message = f"`{parameter.name}` in {owner} must be a single value, not {shown(yaml)}"
        problems.add(yaml.line, message, f"it is drawn from {rule}")
        return None
    try:
        return domain.accept(parameter.distribution, yaml.value)
    except ValueError as error:
        problems.add(yaml.line, f"`{parameter.name}` (={shown(yaml)}) in {owner} {error}")
        return None
