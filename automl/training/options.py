"""Options of the things a training setting may choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from automl.core.errors import UserError
from automl.core.registry import Registry


class Options(BaseModel):
    """Options of one optimiser, schedule or augmentation.

    The first field is the one a bare value sets: ``crop: 4`` is ``crop: {padding: 4}``.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


AnyOptions = TypeVar("AnyOptions", bound=Options)


def resolve(registry: Registry[type[AnyOptions]], choice: Mapping[str, Any]) -> AnyOptions:
    """What ``{name: options}`` stands for in ``registry``.

    Raises:
        UnknownName: if the registry lacks the name, with the nearest it has.
        UserError: if ``choice`` is no single name, or its options are wrong.
    """
    if len(choice) != 1:
        raise UserError(
            f"{registry.kind} (={dict(choice)}) must be one name with its options, "
            f"such as {{{registry.names[0]!r}: {{}}}}"
        )
    [(name, options)] = choice.items()
    kind = registry[name]
    try:
        return kind.model_validate(options)
    except ValidationError as error:
        raise UserError(f"{registry.kind} {name}: {_problems(error)}") from error


def _problems(error: ValidationError) -> str:
    return "; ".join(
        f"`{'.'.join(map(str, each['loc']))}` (={each['input']!r}): {each['msg']}"
        for each in error.errors()
    )
