"""Draws that are known already: a trial run before, a baseline."""

from __future__ import annotations

from collections.abc import Mapping

from automl.core.distributions import Distribution, Value
from automl.core.errors import UserError
from automl.core.registry import nearest


class FixedSuggest:
    """Gives every parameter the value it has in a table.

    Args:
        values: Parameter name -> value.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = dict(values)

    def __call__(self, name: str, distribution: Distribution) -> Value:
        """The value of ``name``, as it stands in the table.

        Raises:
            UserError: if there is none.
        """
        if name in self._values:
            return self._values[name]
        guess = nearest(name, tuple(self._values))
        known = f"; the nearest that has one is {guess!r}" if guess else ""
        raise UserError(f"no value is given for the parameter {name!r}{known}")
