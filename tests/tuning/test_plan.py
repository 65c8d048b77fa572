"""What does not go with several objectives is told in a line, before anything is begun."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import PLAN

from automl.core.errors import UserError
from automl.core.objectives import COSTS
from automl.core.text import either
from automl.tuning import PRUNERS, SAMPLERS
from automl.tuning.plan import Plan, check_objectives

ABLE_SAMPLERS = [each for each in SAMPLERS if SAMPLERS[each].several_objectives]
ABLE_PRUNERS = [each for each in PRUNERS if PRUNERS[each].several_objectives]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"minimize": ("latncy",)}, "--minimize 'latncy': .* did you mean 'latency'"),
        ({"minimize": ("xyz",)}, "--minimize 'xyz': .* there are: latency, parameters, flops"),
        ({"sampler": "cmaes"}, f"--sampler cmaes: .* choose {either(ABLE_SAMPLERS)}"),
        ({"pruner": "median"}, f"--pruner median: .* choose {either(ABLE_PRUNERS)}"),
        ({"minimize": ("latency",), "deterministic": True}, "--deterministic: latency is measured"),
    ],
)
def test_what_does_not_go_with_several(changes: dict[str, Any], told: str) -> None:
    plan = replace(PLAN, **{"minimize": ("parameters",), **changes})
    with pytest.raises(UserError, match=told):
        check_objectives(plan, ())


def test_a_limit_on_latency_is_measured_too() -> None:
    with pytest.raises(UserError, match="--deterministic"):
        check_objectives(replace(PLAN, deterministic=True), {"latency": 5.0})


@given(
    st.sampled_from(ABLE_SAMPLERS),
    st.sampled_from(ABLE_PRUNERS),
    st.sets(st.sampled_from(COSTS)),
)
def test_what_goes(sampler: str, pruner: str, minimize: set[str]) -> None:
    plan = replace(PLAN, sampler=sampler, pruner=pruner, minimize=tuple(minimize))
    check_objectives(plan, ())


def test_one_objective_goes_with_everything() -> None:
    for sampler in SAMPLERS:
        for pruner in PRUNERS:
            check_objectives(replace(PLAN, sampler=sampler, pruner=pruner), ())


def test_study_yaml_keeps_them_and_an_older_one_has_none() -> None:
    record = replace(PLAN, minimize=("latency", "flops")).as_record()
    assert Plan.from_record(record).minimize == ("latency", "flops")
    del record["minimize"]
    assert Plan.from_record(record).minimize == ()
