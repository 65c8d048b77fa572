"""What a plain value must be, asked of the settings class it is for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from automl.core.registry import nearest
from automl.spaces.document import Yaml, plain, shown
from automl.spaces.nodes.settings import complaint
from automl.spaces.problems import Problems


@dataclass(frozen=True)
class Rule:
    """What may stand in one place.

    Args:
        label: The place, for messages.
        wrong: What is wrong with a value, in words; empty if nothing is.
        floats: Ints are meant as floats here.
        words: The texts that are right, if they are few.
    """

    label: str
    wrong: Callable[[Any], str]
    floats: bool = False
    words: tuple[str, ...] = ()

    def check(self, problems: Problems, yaml: Yaml, part: str = "") -> None:
        """Note what is wrong with a value, or with a ``part`` of its distribution."""
        value = plain(yaml)
        wrong = self.wrong(value)
        if wrong:
            label = f"{self.label}: {part}" if part else self.label
            guess = nearest(value, self.words) if isinstance(value, str) else None
            hint = f"did you mean {guess!r}?" if guess else ""
            problems.add(yaml.line, f"{label} (={shown(yaml)}) {wrong}", hint)

    def converted(self, value: Any) -> Any:
        """The value in the type that is meant: 1 for a float is 1.0."""
        return float(value) if self.floats and type(value) is int else value


def rule_of(model: type[BaseModel], field: str, owner: str) -> Rule:
    """The rule of a field of a settings class, with all its validators; ``owner`` is for words."""

    def wrong(value: Any) -> str:
        try:
            model.model_validate_json(json.dumps({field: value}), strict=True)
        except ValidationError as error:
            # Other fields are missing here, which is no matter.
            own = (each for each in error.errors() if each["loc"][:1] == (field,))
            return " or ".join(dict.fromkeys(map(complaint, own))).replace(" or must be ", " or ")
        return ""

    types = tuple(leaves(model.model_fields[field].annotation))
    words = tuple(each for each in types if isinstance(each, str))
    return Rule(f"`{field}` of {owner}", wrong, float in types and int not in types, words)


def any_scalar(label: str) -> Rule:
    """The rule where every single value is right."""

    def wrong(value: Any) -> str:
        return "must be a single value" if isinstance(value, (list, dict)) else ""

    return Rule(label, wrong)


def leaves(annotation: Any) -> Iterator[Any]:
    """The types and literal values that an annotation is put together from."""
    if get_origin(annotation) is Literal or not get_args(annotation):
        yield from get_args(annotation) or (annotation,)
    else:
        for each in get_args(annotation):
            yield from leaves(each)
