"""From a file to a search space: the entry to the language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from automl.core.distributions import Value
from automl.core.errors import SpaceError, SpaceProblem
from automl.spaces.context import LAYER, Context, Problems, Vocabulary
from automl.spaces.document import (
    Yaml,
    YamlEntry,
    YamlList,
    YamlScalar,
    YamlTable,
    override,
    parse_yaml,
    shown,
)
from automl.spaces.nodes import DrawNode, FixedNode, ListNode, Node, Scope, list_parameters
from automl.spaces.sections import read_baseline, read_data, read_objective, read_search, read_tasks
from automl.spaces.settings import SettingsNode
from automl.spaces.space import AUTO, SearchSpace
from automl.spaces.structure import OptionsOwner, read_members, read_settings
from automl.spaces.values import MappingForm, read_form

# The parser takes seconds for this many bytes; shipped spaces have a thirtieth of it.
MAX_BYTES = 100_000
# Maximum number of parameters, in all repeats of stages and all branches of choices.
MAX_PARAMETERS = 10_000
NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


def read_space(
    path: Path,
    vocabulary: Vocabulary,
    shown_as: str | None = None,
    overrides: Mapping[str, str] = NO_OVERRIDES,
) -> SearchSpace:
    """Read a search space from a file.

    Args:
        path: The file, UTF-8 and YAML 1.2.
        vocabulary: Names that the space may use.
        shown_as: Name of the file in messages; None is the path.
        overrides: Values that replace the file's, by their paths; see ``override``.

    Raises:
        SpaceError: with everything that is wrong with it.
    """
    source = shown_as or str(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise SpaceError(source, (SpaceProblem(1, f"too large: over {MAX_BYTES:,} bytes"),))
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SpaceError(source, (SpaceProblem(line, "this is not text in UTF-8"),)) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SpaceError(source, (SpaceProblem(1, f"cannot read the file: {reason}"),)) from error
    return parse_space(text, vocabulary, source, overrides)


def parse_space(
    text: str, vocabulary: Vocabulary, source: str, overrides: Mapping[str, str] = NO_OVERRIDES
) -> SearchSpace:
    """Read a search space from its text.

    Args:
        text: YAML 1.2.
        vocabulary: Names that the space may use.
        source: Name of the text in messages.
        overrides: Values that replace the file's, by their paths; see ``override``.

    Raises:
        SpaceError: with everything that is wrong with it.
    """
    problems = Problems()
    document = parse_yaml(text, problems)
    if document is None:
        problems.raise_any(source)
        raise SpaceError(source, (SpaceProblem(1, "the file is empty", "try: automl new NAME"),))
    document = override(document, overrides, problems)
    context = Context(vocabulary, problems, set(), overridden=bool(overrides))
    return _read_document(context, document, text, source)


class SpaceForm(MappingForm):
    """A search space: the models that a search may try, and how it tries them."""

    task: Any
    """A task, or a list from which the target of the data decides."""
    data: Any
    """A dataset's name, a path, or a mapping of `name` and the dataset's options."""
    network: Any
    """The layers in order; the task adds the output layer."""
    training: Any = None
    """How each model is trained."""
    objective: Any = None
    """Metric and costs by which models are compared."""
    search: Any = None
    """How the space is searched."""
    baseline: Any = None
    """Values of parameters for the first trial: simple is best."""


def _read_document(context: Context, document: Yaml, text: str, source: str) -> SearchSpace:
    """Read the space in ``document``, which was parsed from ``text``.

    Raises:
        SpaceError: with everything that is wrong with it.
    """
    read_form(context.problems, SpaceForm, document, "a search space")
    sections = document.entries if isinstance(document, YamlTable) else {}
    tasks = read_tasks(context, sections["task"].value) if "task" in sections else ()
    data, options = read_data(context, sections["data"].value) if "data" in sections else ("", {})
    network = _read_network(context, sections["network"]) if "network" in sections else ListNode(())
    training = _read_training(context, _optional(document, "training"))
    objective = read_objective(context, tasks, _optional(document, "objective"))
    search = read_search(context, _optional(document, "search"))
    parts = (network, training, *options.values())
    start = _read_baseline(context, parts, _optional(document, "baseline"))
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
    """A section, or an empty one if it is left out."""
    entry = document.entries.get(key) if isinstance(document, YamlTable) else None
    if entry is None:
        return YamlTable({}, document.line)
    is_empty = isinstance(entry.value, YamlScalar) and entry.value.value is None
    return YamlTable({}, entry.line) if is_empty else entry.value


def _read_network(context: Context, entry: YamlEntry) -> ListNode:
    if isinstance(entry.value, YamlList) and not entry.value.items:
        context.problems.add(entry.line, "the network has no layers", "give it at least one")
    return read_members(context, LAYER, entry.value, "the network")


def _read_training(context: Context, yaml: Yaml) -> SettingsNode:
    model = context.vocabulary.training
    if not isinstance(yaml, YamlTable):
        context.problems.add(yaml.line, f"training must be a mapping, not {shown(yaml)}")
        return SettingsNode("training", model, {})
    training = read_settings(context, OptionsOwner("training", model), yaml)
    if isinstance(training.options.get("epochs"), DrawNode):
        hint = "all trials train equally long; weak ones are stopped early"
        context.problems.add(yaml.entries["epochs"].line, "`epochs` cannot be drawn", hint)
    return training


def _epochs(training: SettingsNode) -> int | Literal["auto"]:
    given = training.options.get("epochs")
    default = training.model.model_fields["epochs"].default
    value = given.value if isinstance(given, FixedNode) else default
    return "auto" if value == AUTO else int(value)


def _read_baseline(context: Context, parts: Iterable[Node], yaml: Yaml) -> Mapping[str, Value]:
    met = chain.from_iterable(part.parameters(Scope()) for part in parts)
    if sum(1 for _ in islice(met, MAX_PARAMETERS + 1)) > MAX_PARAMETERS:
        hint = f"at most {MAX_PARAMETERS:,}, with all repeats and branches"
        context.problems.add(1, "the space has too many parameters", hint)
        return {}
    parameters = {each.name: each for each in list_parameters(parts)}
    return read_baseline(context, parameters, yaml)
