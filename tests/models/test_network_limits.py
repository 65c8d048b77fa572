from __future__ import annotations

import pytest

from automl.core.errors import Infeasible, UnknownName
from automl.models.network import NetworkSummary, check_limits

SUMMARY = NetworkSummary(rows=(), parameters=3000, flops=5000)


@pytest.mark.parametrize(
    "constraints", [{}, {"parameters": 3000}, {"parameters": 1e9, "flops": 5000}]
)
def test_inside_the_limits_nothing_happens(constraints: dict[str, float]) -> None:
    check_limits(SUMMARY, constraints)


def test_over_a_limit_is_infeasible_by_how_far() -> None:
    with pytest.raises(Infeasible, match=r"3,000 parameters, over the limit of 2,000$") as caught:
        check_limits(SUMMARY, {"parameters": 2e3, "flops": 1e9})
    assert caught.value.violation == pytest.approx(0.5)


def test_of_several_the_worst_is_told() -> None:
    with pytest.raises(Infeasible, match="flops") as caught:
        check_limits(SUMMARY, {"parameters": 2000, "flops": 1000})
    assert caught.value.violation == pytest.approx(4.0)


def test_an_unknown_limit_is_named() -> None:
    with pytest.raises(UnknownName, match="did you mean 'parameters'"):
        check_limits(SUMMARY, {"parameter": 2000})
