"""Names are resolved on use, and a typo is told the nearest."""

from __future__ import annotations

import math

import pytest

from automl.core.errors import UnknownName
from automl.core.registry import Registry, nearest

FUNCTIONS: Registry[object] = Registry("function", {"sine": "math:sin", "broken": "nowhere:at_all"})


def test_resolves_on_use_alone() -> None:
    assert FUNCTIONS["sine"] is math.sin
    assert FUNCTIONS.names == ("sine", "broken")
    assert FUNCTIONS.check("broken") == "broken"
    with pytest.raises(ModuleNotFoundError):
        FUNCTIONS["broken"]


def test_a_typo_is_told_the_nearest() -> None:
    with pytest.raises(UnknownName, match="unknown function 'sin'; did you mean 'sine'"):
        FUNCTIONS["sin"]


def test_what_is_near_nothing_is_told_all() -> None:
    with pytest.raises(UnknownName, match="known: sine, broken"):
        FUNCTIONS.check("xyzzy")


def test_case_does_not_matter_to_a_guess() -> None:
    assert nearest("SINE", FUNCTIONS.names) == "sine"
