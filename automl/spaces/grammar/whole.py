"""A whole space: its sections, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, islice
from typing import Any

from automl.core.distributions import Value
from automl.spaces.document import Entry, Items, Scalar, Table, Yaml, shown
from automl.spaces.grammar.baseline import read_baseline
from automl.spaces.grammar.context import Context
from automl.spaces.grammar.form import Form, read_form
from automl.spaces.grammar.members import Owner, read_members, read_settings
from automl.spaces.grammar.sections import read_data, read_objective, read_search, read_tasks
from automl.spaces.nodes.draw import Draw
from automl.spaces.nodes.fixed import Fixed
from automl.spaces.nodes.listing import list_parameters
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.scope import Scope
from automl.spaces.nodes.sequence import Sequence
from automl.spaces.nodes.settings import Settings
from automl.spaces.space import SearchSpace
from automl.spaces.vocabulary import LAYER

MOST_PARAMETERS = 10_000


class SpaceForm(Form):
    """A search space: the models that a search may try, and how it tries them."""

    task: Any
    """What kind of problem it is, or a list: the data then decides, by what its target is."""
    data: Any
    """A dataset's name, a path, or a mapping of `name` and the dataset's options."""
    network: Any
    """The layers in order; the task adds the output layer."""
    training: Any = None
    """How each model is trained."""
    objective: Any = None
    """What makes one model better than another."""
    search: Any = None
    """How the space is searched."""
    baseline: Any = None
    """Values of parameters for the first trial: simple is best."""


def read_whole(context: Context, document: Yaml, text: str, source: str) -> SearchSpace:
    """The space in ``document``, which is what ``text`` says in YAML.

    Raises:
        SpaceError: with everything that is wrong with it.
    """
    read_form(context.problems, SpaceForm, document, "a search space")
    sections = document.entries if isinstance(document, Table) else {}
    tasks = read_tasks(context, sections["task"].value) if "task" in sections else ()
    data, options = read_data(context, sections["data"].value) if "data" in sections else ("", {})
    network = _read_network(context, sections["network"]) if "network" in sections else Sequence(())
    training = _read_training(context, _optional(document, "training"))
    objective = read_objective(context, tasks, _optional(document, "objective"))
    search = read_search(context, _optional(document, "search"))
    parts = (network, training, *options.values())
    start = _read_start(context, parts, _optional(document, "baseline"))
    context.problems.raise_any(source)
    return SearchSpace(
        source=source,
        text=text,
        tasks=tasks,
        data=data,
        data_options=options,
        objective=objective,
        search=search,
        epochs=_epochs(training),
        network=network,
        training=training,
        start=start,
    )


def _optional(document: Yaml, key: str) -> Yaml:
    """A section, or an empty one where there is none."""
    entry = document.entries.get(key) if isinstance(document, Table) else None
    if entry is None:
        return Table({}, document.line)
    is_empty = isinstance(entry.value, Scalar) and entry.value.value is None
    return Table({}, entry.line) if is_empty else entry.value


def _read_network(context: Context, entry: Entry) -> Sequence:
    if isinstance(entry.value, Items) and not entry.value.items:
        context.problems.add(entry.line, "the network has no layers", "give it at least one")
    return read_members(context, LAYER, entry.value, "the network")


def _read_training(context: Context, yaml: Yaml) -> Settings:
    model = context.vocabulary.training
    if not isinstance(yaml, Table):
        context.problems.add(yaml.line, f"training must be a mapping, not {shown(yaml)}")
        return Settings("training", model, {})
    training = read_settings(context, Owner("training", model), yaml)
    if isinstance(training.options.get("epochs"), Draw):
        hint = "all trials train for one length; weak ones are stopped early"
        context.problems.add(yaml.entries["epochs"].line, "`epochs` cannot be drawn", hint)
    return training


def _epochs(training: Settings) -> int:
    given = training.options.get("epochs")
    default = training.model.model_fields["epochs"].default
    return int(given.value if isinstance(given, Fixed) else default)


def _read_start(context: Context, parts: Iterable[Node], yaml: Yaml) -> Mapping[str, Value]:
    met = chain.from_iterable(part.parameters(Scope()) for part in parts)
    if sum(1 for _ in islice(met, MOST_PARAMETERS + 1)) > MOST_PARAMETERS:
        hint = f"at most {MOST_PARAMETERS:,}, all repeats and branches counted"
        context.problems.add(1, "the space has too many parameters", hint)
        return {}
    parameters = {each.name: each for each in list_parameters(parts)}
    return read_baseline(context, parameters, yaml)
