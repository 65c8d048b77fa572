"""A search space, read and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from automl.core.distributions import Distribution, Parameter, Suggest, Value
from automl.core.trial import Config
from automl.spaces import domain
from automl.spaces.grammar.sections import Objective, SearchForm
from automl.spaces.nodes.listing import list_parameters
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.scope import Scope
from automl.spaces.nodes.sequence import Sequence
from automl.spaces.nodes.settings import Settings


@dataclass(frozen=True)
class SearchSpace:
    """All models that a search may try.

    Args:
        source: The file as the user named it.
        text: What the file says.
        tasks: Names of the tasks; of several the data decides.
        data: Name or path of the dataset.
        data_options: Options of the dataset that the file sets or draws.
        objective: What makes one model better than another.
        search: How the space is searched, unless the user says otherwise.
        epochs: Full length of a training.
        network: The layers, without the task's output layer.
        training: The settings of the training.
        start: What the file says of the first trial.
    """

    source: str
    text: str
    tasks: tuple[str, ...]
    data: str
    data_options: Mapping[str, Node]
    objective: Objective
    search: SearchForm
    epochs: int
    network: Sequence
    training: Settings
    start: Mapping[str, Value]

    def sample(self, suggest: Suggest) -> Config:
        """One configuration, asking ``suggest`` once for each parameter that it depends on.

        Raises:
            Infeasible: if the values drawn do not go together.
        """
        drawn: dict[str, Value] = {}

        def once(name: str, distribution: Distribution) -> Value:
            if name not in drawn:
                drawn[name] = suggest(name, distribution)
            return drawn[name]

        network = self.network.sample(once, Scope())
        training = self.training.sample(once, Scope())
        data = {name: node.sample(once, Scope()) for name, node in self.data_options.items()}
        return Config(network, training, data)

    def parameters(self) -> tuple[Parameter, ...]:
        """Everything the space may draw: all repeats of its stages, all branches of its choices.

        Where a branch is drawn anew by each repeat, what the repeats share in it is listed as if it
        did not depend on the branch: it exists as soon as one of them takes it.
        """
        return list_parameters(self._parts)

    def baseline(self) -> dict[str, Value]:
        """A value for every parameter: the file's, else the first choice or the middle."""
        return {
            each.name: self.start.get(each.name, domain.middle(each.distribution))
            for each in self.parameters()
        }

    def size(self) -> float:
        """How many configurations there are; infinite where a value is continuous."""
        if any(domain.count(each.distribution) is None for each in self.parameters()):
            return math.inf
        try:
            return float(math.prod(part.size(1) for part in self._parts))
        except OverflowError:
            return math.inf

    @property
    def _parts(self) -> tuple[Node, ...]:
        return (self.network, self.training, *self.data_options.values())
