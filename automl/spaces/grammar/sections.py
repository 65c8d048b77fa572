"""The sections of a space beside its network and training: task, data, objective, search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from automl.core.costs import COSTS
from automl.core.registry import Registry
from automl.spaces.document import Items, Scalar, Table, Yaml, shown
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.distribution import Positive
from automl.spaces.grammar.form import Form, read_form
from automl.spaces.grammar.rule import any_scalar
from automl.spaces.grammar.value import read_value
from automl.spaces.nodes.draw import Draw
from automl.spaces.nodes.fixed import Fixed


class SearchForm(Form):
    """How a space is searched."""

    trials: Annotated[int, Field(ge=1)] = 30
    """How many trials a study has in all."""
    sampler: str = "tpe"
    """How values are drawn."""
    pruner: str = "asha"
    """How weak trials are stopped early."""


class LimitForm(Form):
    """The most of something that a network may have, or take."""

    max: Positive
    """The limit, included."""


class ConstraintsForm(Form):
    """What every network must keep to; it is refused before it is trained."""

    latency: LimitForm | None = None
    """Milliseconds for one example, a batch of 1, measured on the worker."""
    parameters: LimitForm | None = None
    """Learned numbers."""
    flops: LimitForm | None = None
    """Floating-point operations of one example's way through the network."""


class ObjectiveForm(Form):
    """What makes one model better than another."""

    metric: str | None = None
    """A metric of the task; the task's own by default."""
    minimize: Any = ()
    """What else is to be small: any of latency (milliseconds for one example, measured on the
    worker), parameters and flops. The search keeps all models that no other beats in everything."""
    constraints: ConstraintsForm = ConstraintsForm()
    """Limits on the networks."""


@dataclass(frozen=True)
class Objective:
    """What makes one model better than another.

    Args:
        metric: Name of the metric, or None for the task's own.
        constraints: Any of ``COSTS`` -> the most a network may have.
        minimize: Those of ``COSTS`` that are to be small as well.
    """

    metric: str | None = None
    constraints: Mapping[str, float] = field(default_factory=dict)
    minimize: tuple[str, ...] = ()


def read_tasks(context: Context, yaml: Yaml) -> tuple[str, ...]:
    """The names of the tasks; those that are wrong are told and left out."""
    items = yaml.items if isinstance(yaml, Items) and yaml.items else (yaml,)
    names = [_read_name(context, context.vocabulary.tasks, item) for item in items]
    kinds = {context.vocabulary.reads(name) for name in names if name}
    if len(kinds) > 1:
        hint = f"these read {' and '.join(sorted(kinds))}"
        context.problems.add(yaml.line, "the tasks must be about one kind of data", hint)
    return tuple(name for name in names if name)


def read_data(context: Context, yaml: Yaml) -> tuple[str, Mapping[str, Fixed | Draw]]:
    """The dataset's name or path, and its options."""
    if not isinstance(yaml, Table):
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


def read_objective(context: Context, tasks: tuple[str, ...], yaml: Yaml) -> Objective:
    """The objective; its metric is one that every task has."""
    form = read_form(context.problems, ObjectiveForm, yaml, "the objective")
    if form is None:
        return Objective()
    if form.metric is not None and tasks:
        metrics = _common_metrics(context, tasks)
        _check_known(context, yaml, "metric", "metric", form.metric, metrics)
    limits = form.constraints.model_dump(exclude_none=True)
    constraints = {name: limit["max"] for name, limit in limits.items()}
    return Objective(form.metric, constraints, _read_costs(context, yaml))


def read_search(context: Context, yaml: Yaml) -> SearchForm:
    """The search settings."""
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
    """What is to be small beside the metric; names that are wrong are told and left out."""
    if not isinstance(objective, Table) or "minimize" not in objective.entries:
        return ()
    yaml = objective.entries["minimize"].value
    items = yaml.items if isinstance(yaml, Items) and yaml.items else (yaml,)
    names = [_read_known(context, "objective to minimize", COSTS, item) for item in items]
    return tuple(dict.fromkeys(name for name in names if name))


def _common_metrics(context: Context, tasks: tuple[str, ...]) -> tuple[str, ...]:
    first, *others = (context.vocabulary.metrics(task) for task in tasks)
    return tuple(name for name in first if all(name in each for each in others))


def _read_dataset(context: Context, yaml: Yaml) -> str:
    datasets = context.vocabulary.datasets
    if isinstance(yaml, Scalar) and isinstance(yaml.value, str) and _looks_like_path(yaml.value):
        return yaml.value
    return _read_name(context, datasets, yaml)


def _looks_like_path(name: str) -> bool:
    try:
        return "/" in name or "." in name or Path(name).exists()
    except OSError:  # no file can have such a name: it is too long
        return False


def _read_name(context: Context, registry: Registry[Any], yaml: Yaml) -> str:
    if isinstance(yaml, Scalar) and isinstance(yaml.value, str) and yaml.value in registry:
        return yaml.value
    return _read_known(context, registry.kind, registry.names, yaml)


def _read_known(context: Context, kind: str, known: tuple[str, ...], yaml: Yaml) -> str:
    """One of the ``known`` names; "" after telling that it is none of them."""
    if not isinstance(yaml, Scalar) or not isinstance(yaml.value, str):
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
    if name not in known and isinstance(yaml, Table):
        line = yaml.entries[key].line if key in yaml.entries else yaml.line
        context.problems.unknown(line, kind, name, known)
