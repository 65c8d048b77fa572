"""Options that belong together, as one of the package's settings classes knows them."""

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
from automl.spaces.nodes.node import Node
from automl.spaces.nodes.scope import Scope

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
class Settings:
    """The options of a layer, an optimizer, a training.

    Args:
        label: What they are the options of, for messages.
        model: The class that validates them and knows the defaults.
        options: The options that the space sets or draws.
    """

    label: str
    model: type[BaseModel]
    options: Mapping[str, Node]

    def sample(self, suggest: Suggest, scope: Scope) -> dict[str, Any]:
        """Every option of the class, defaults included.

        Raises:
            Infeasible: if the class refuses values that are each right for themselves.
        """
        return self.resolve(suggest, scope).model_dump(mode="json")

    def resolve(self, suggest: Suggest, scope: Scope) -> BaseModel:
        """The same as the class has it.

        Raises:
            Infeasible: as ``sample`` does.
        """
        drawn = {name: node.sample(suggest, scope) for name, node in self.options.items()}
        try:
            return self.model.model_validate_json(json.dumps(drawn), strict=True)
        except ValidationError as error:
            told = "; ".join(_placed(each) for each in error.errors())
            raise Infeasible(f"{self.label}: {told}") from error

    def parameters(self, scope: Scope) -> Iterator[Parameter]:
        """Those of the options."""
        for node in self.options.values():
            yield from node.parameters(scope)

    def size(self, repeats: int) -> int:
        """Every option with every other."""
        return math.prod(node.size(repeats) for node in self.options.values())


def complaint(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors in a user's words: ``must be at least 1``."""
    message = str(error["msg"]).removeprefix("Value error, ")
    for theirs, ours in _WORDS.items():
        message = re.sub(theirs, ours, message)
    return message


def _placed(error: Mapping[str, Any]) -> str:
    """An error with the option it is about, if it is about one."""
    if not error["loc"]:
        return complaint(error)
    value = error["input"]
    shown = "" if isinstance(value, (list, dict)) else f" (={value!r})"
    return f"`{error['loc'][0]}`{shown} {complaint(error)}"
