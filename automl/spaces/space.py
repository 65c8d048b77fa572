"""A search space that was read and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from automl.core.distributions import Choices, Distribution, Parameter, Suggest, Value
from automl.core.trial import Config
from automl.spaces import domain
from automl.spaces.nodes import DrawNode, FixedNode, ListNode, Node, Scope, list_parameters
from automl.spaces.sections import SearchForm, SpaceObjective
from automl.spaces.settings import SettingsNode

# Value of a training setting that is left to the data.
AUTO = "auto"


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
        fitted: Values of the training settings that the file leaves to the data, once it is known.
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
    fitted: Mapping[str, int] = field(default_factory=dict)

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
            for name, value in self.training.sample(once, Scope()).items()
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
        return {
            each.name: self.start.get(each.name, domain.middle(each.distribution))
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
        return (self.network, self.training, *self.data_options.values())
