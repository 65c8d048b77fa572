"""A search space, as it was read and checked; and from a file to it: the entry to the language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from automl.core.distributions import Choices, Distribution, Parameter, Suggest, Value
from automl.core.errors import SpaceError, SpaceProblem
from automl.core.trial import Config
from automl.spaces import domain
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
from automl.spaces.sections import (
    SearchForm,
    SpaceObjective,
    StartReader,
    read_data,
    read_objective,
    read_search,
    read_tasks,
)
from automl.spaces.settings import SettingsNode
from automl.spaces.structure import OptionsOwner, read_members, read_settings
from automl.spaces.values import MappingForm, read_form

# Value of a training setting that is left to the data.
AUTO = "auto"
# The parser takes seconds for this many bytes; shipped spaces have a thirtieth of it.
MAX_BYTES = 100_000
# Maximum number of parameters, in all repeats of stages and all branches of choices.
MAX_PARAMETERS = 10_000
NO_OVERRIDES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class SearchSpace:
    """All models that a search may try, and how it is searched.

    Args:
        source: The file as the user named it.
        text: Content of the file.
        tasks: Names of the tasks; if there are several, the data decides.
        data: Name or path of the dataset.
        data_options: Options of the dataset that the file sets or draws.
        objective: Metric and costs by which models are compared.
        search: Default search settings.
        epochs: Epochs of a full training, or ``AUTO``.
        network: The layers, without the task's output layer.
        training: The training settings.
        start: Values of the first trial that the file gives.
        starts: Values of the trials after it that the file gives, in their order.
        fitted: Values of the training settings that the file leaves to the data, once it is known;
            one that is a distribution is drawn.
    """

    source: str
    text: str
    tasks: tuple[str, ...]
    data: str
    data_options: Mapping[str, Node]
    objective: SpaceObjective
    search: SearchForm
    epochs: int | Literal["auto"]
    network: ListNode
    training: SettingsNode
    start: Mapping[str, Value]
    starts: tuple[Mapping[str, Value], ...] = ()
    fitted: Mapping[str, int | str | Choices] = field(default_factory=dict)

    @property
    def max_latency(self) -> float | None:
        """Latency limit in milliseconds for one example, or None."""
        return self.objective.constraints.get("latency")

    def sample(self, suggest: Suggest) -> Config:
        """Draw a configuration.

        Args:
            suggest: Draws values; it is called once for each parameter that is needed.

        Raises:
            Infeasible: if the drawn values do not go together.
        """
        drawn: dict[str, Value] = {}

        def once(name: str, distribution: Distribution) -> Value:
            if name not in drawn:
                drawn[name] = suggest(name, distribution)
            return drawn[name]

        network = self.network.sample(once, Scope())
        training = {
            name: self.fitted.get(name, AUTO) if value == AUTO else value
            for name, value in self._fitted_training.sample(once, Scope()).items()
        }
        data = {name: node.sample(once, Scope()) for name, node in self.data_options.items()}
        return Config(network, training, data)

    def leaves_to_data(self, setting: str) -> bool:
        """Whether a training setting is, or may be drawn as, one that the data decides."""
        node = self.training.options.get(setting)
        if isinstance(node, FixedNode):
            return bool(node.value == AUTO)
        drawn = node.distribution if isinstance(node, DrawNode) else None
        return isinstance(drawn, Choices) and AUTO in drawn.values

    def parameters(self) -> tuple[Parameter, ...]:
        """All parameters, in all repeats of stages and all branches of choices.

        If each repeat draws its branch anew, a parameter that repeats share in a branch is listed
        without that condition, since it exists as soon as one repeat takes the branch.
        """
        return list_parameters(self._parts)

    def baseline(self) -> dict[str, Value]:
        """A value for every parameter: from the file, or else the first choice or the middle."""
        return self._completed(self.start)

    def portfolio(self) -> tuple[dict[str, Value], ...]:
        """The configurations after the baseline, in their order, with a value for every parameter.

        What the file does not name has its first choice or its middle, as in the baseline.
        """
        return tuple(map(self._completed, self.starts))

    def _completed(self, given: Mapping[str, Value]) -> dict[str, Value]:
        return {
            each.name: given.get(each.name, domain.middle(each.distribution))
            for each in self.parameters()
        }

    def size(self) -> float:
        """Number of configurations; infinite if a value is continuous."""
        if any(domain.count(each.distribution) is None for each in self.parameters()):
            return math.inf
        try:
            return float(math.prod(part.size(1) for part in self._parts))
        except OverflowError:
            return math.inf

    @property
    def _parts(self) -> tuple[Node, ...]:
        return (self.network, self._fitted_training, *self.data_options.values())

    @cached_property
    def _fitted_training(self) -> SettingsNode:
        """The training settings, with draws for those that the data has drawn."""
        draws = {
            name: DrawNode(name, value)
            for name, value in self.fitted.items()
            if isinstance(value, Choices) and self.leaves_to_data(name)
        }
        return replace(self.training, options={**self.training.options, **draws})


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
    portfolio: Any = None
    """Values of parameters for the trials after it, in their order, one mapping each."""


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
    reader = _start_reader(context, parts)
    start = reader.read_baseline(_optional(document, "baseline"))
    starts = reader.read_portfolio(_optional(document, "portfolio"))
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
        starts=starts,
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
    for name in ("sampling", "class_weights"):
        _check_balance(context, training, yaml, name)
    return training


def _check_balance(context: Context, training: SettingsNode, yaml: YamlTable, name: str) -> None:
    """Report `auto` among the choices of a setting for which `auto` is a draw itself."""
    node = training.options.get(name)
    drawn = node.distribution if isinstance(node, DrawNode) else None
    if isinstance(drawn, Choices) and AUTO in drawn.values:
        others = ", ".join(str(each) for each in drawn.values if each != AUTO)
        hint = f"write `{name}: auto`, or choices without it: {others}"
        message = f"`auto` cannot be one of the choices of `{name}`: it is a draw itself"
        context.problems.add(yaml.entries[name].line, message, hint)


def _epochs(training: SettingsNode) -> int | Literal["auto"]:
    given = training.options.get("epochs")
    default = training.model.model_fields["epochs"].default
    value = given.value if isinstance(given, FixedNode) else default
    return "auto" if value == AUTO else int(value)


def _start_reader(context: Context, parts: Iterable[Node]) -> StartReader:
    certain = not context.problems
    met = chain.from_iterable(part.parameters(Scope()) for part in parts)
    if sum(1 for _ in islice(met, MAX_PARAMETERS + 1)) > MAX_PARAMETERS:
        hint = f"at most {MAX_PARAMETERS:,}, with all repeats and branches"
        context.problems.add(1, "the space has too many parameters", hint)
        return StartReader(context, {}, certain=False)
    parameters = {each.name: each for each in list_parameters(parts)}
    return StartReader(context, parameters, certain)
