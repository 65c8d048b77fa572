"""The names that a space gives: of stages, choices and branches."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_PATTERN = r"^[A-Za-z][A-Za-z0-9_-]*$"


def check_name(name: str) -> str:
    """Give ``name`` back if it can be part of a parameter's name.

    Dots and numbers have a meaning there: ``conv.2.filters`` is of the second repeat.

    Raises:
        ValueError: if it cannot.
    """
    if not re.fullmatch(_PATTERN, name):
        raise ValueError("must be of letters, digits, _ and -, and begin with a letter")
    return name


Name = Annotated[str, AfterValidator(check_name), Field(json_schema_extra={"pattern": _PATTERN})]
