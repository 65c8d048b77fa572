"""How the encoding and the target of a model are written as plain JSON and read back."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, PlainSerializer, PlainValidator, ValidationError

from automl.core.one_line import one_line
from automl.core.target import Classes, Quantities, Target
from automl.data.encodings import ENCODINGS
from automl.data.encodings.encoding import Encoding


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong, and how many more there are, on one line."""
    problem, *more = error.errors(include_url=False)
    where = ".".join(str(part) for part in problem["loc"])
    others = f" (and {len(more)} more)" if more else ""
    return one_line(f"{f'{where}: ' if where else ''}{problem['msg']}{others}")


def _read_encoding(value: Any) -> Encoding:
    if isinstance(value, Encoding):
        return value
    if not isinstance(value, dict) or len(value) != 1:
        raise ValueError("should be one kind of encoding with its options: {kind: {…}}")
    ((kind, options),) = value.items()
    try:
        return ENCODINGS[kind].model_validate(options)
    except ValidationError as error:
        raise ValueError(f"{kind}: {first_problem(error)}") from None


def _write_encoding(encoding: Encoding) -> dict[str, Any]:
    return {encoding.kind: encoding.model_dump(mode="json")}


def _check_target(target: Target) -> Target:
    if isinstance(target, Classes):
        if not target.labels:
            raise ValueError("`labels` must have at least one")
        return target
    if not len(target.names) == len(target.mean) == len(target.std) > 0:
        raise ValueError(
            f"`names` (={target.names}), `mean` (={target.mean}) and `std` (={target.std}) "
            "must be of one length, at least 1"
        )
    if min(target.std) <= 0 or target.steps < 1:
        raise ValueError(f"`std` (={target.std}) must be above 0, `steps` (={target.steps}) too")
    return target


EncodingField = Annotated[
    Encoding,
    PlainValidator(_read_encoding),
    PlainSerializer(_write_encoding, return_type=dict[str, Any]),
]
"""Written as ``{kind: options}`` of ``ENCODINGS``."""

TargetField = Annotated[Classes | Quantities, AfterValidator(_check_target)]
"""Written as its fields, which tell the two apart."""
