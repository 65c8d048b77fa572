"""Nodes with options, which a settings class validates: a layer, an optimizer, the training."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from automl.core.distributions import Parameter, Suggest
from automl.core.errors import Infeasible
from automl.core.registry import NoOp
from automl.spaces.nodes import Node, Scope

# What pydantic says -> what a user is told.
_WORDS = {
    r"^\w+ should": "must",
    " after validation": "",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid string": "a text",
    "a valid boolean": "true or false",
    "a valid array": "a list",
}


@dataclass(frozen=True)
class SettingsNode:
    """The options of a layer, an optimizer or the training.

    Args:
        label: Name of their owner, for messages.
        model: Class that validates the options and has their defaults.
        options: Options that the space sets or draws.
    """

    label: str
    model: type[BaseModel]
    options: Mapping[str, Node]

    def sample(self, suggest: Suggest, scope: Scope) -> dict[str, Any]:
        """All options of the class, with defaults, as JSON values.

        Raises:
            Infeasible: if the class rejects the combination of values.
        """
        return self.resolve(suggest, scope).model_dump(mode="json")

    def resolve(self, suggest: Suggest, scope: Scope) -> BaseModel:
        """The options as an instance of the class.

        Raises:
            Infeasible: if the class rejects the combination of values.
        """
        drawn = {name: node.sample(suggest, scope) for name, node in self.options.items()}
        try:
            return self.model.model_validate_json(json.dumps(drawn), strict=True)
        except ValidationError as error:
            told = "; ".join(_placed(each) for each in error.errors())
            raise Infeasible(f"{self.label}: {told}") from error

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The parameters of the options."""
        for node in self.options.values():
            yield from node.parameters(scope)

    def size(self, repeats: int) -> int:
        """The product over all options."""
        return math.prod(node.size(repeats) for node in self.options.values())


def complaint(error: Mapping[str, Any]) -> str:
    """An error of pydantic in plain words: ``must be at least 1``."""
    message = str(error["msg"]).removeprefix("Value error, ")
    for theirs, ours in _WORDS.items():
        message = re.sub(theirs, ours, message)
    return message


def _placed(error: Mapping[str, Any]) -> str:
    """An error in plain words, with its option and value if it is about one."""
    if not error["loc"]:
        return complaint(error)
    value = error["input"]
    shown = "" if isinstance(value, (list, dict)) else f" (={value!r})"
    return f"`{error['loc'][0]}`{shown} {complaint(error)}"


@dataclass(frozen=True)
class MemberNode:
    """A member of a family, such as a layer or an optimizer: ``{name: options}``."""

    name: str
    settings: SettingsNode

    def sample(self, suggest: Suggest, scope: Scope) -> dict[str, Any]:
        """``{name: options}`` with all options."""
        return {self.name: self.settings.sample(suggest, scope)}

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The parameters of the options."""
        return self.settings.parameters(scope)

    def size(self, repeats: int) -> int:
        """The number of configurations of the options."""
        return self.settings.size(repeats)


@dataclass(frozen=True)
class ListedMember:
    """A member of a family in a list, such as a layer of a network."""

    member: MemberNode

    def sample(self, suggest: Suggest, scope: Scope) -> tuple[Any, ...]:
        """A tuple of the member; empty if its options make it a no-op."""
        settings = self.member.settings.resolve(suggest, scope)
        if isinstance(settings, NoOp) and settings.is_noop:
            return ()
        return ({self.member.name: settings.model_dump(mode="json")},)

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """The parameters of the member."""
        return self.member.parameters(scope)

    def size(self, repeats: int) -> int:
        """The number of configurations of the member."""
        return self.member.size(repeats)
