"""What does not go with several objectives is told in a line, before anything is begun."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import PLAN

from automl.api.spaces import make_vocabulary
from automl.core.errors import SpaceError, UserError
from automl.core.records import COSTS
from automl.core.text import either
from automl.data.source import load_dataset
from automl.spaces.domain import FixedSuggest
from automl.spaces.space import parse_space
from automl.tuning import PRUNERS, SAMPLERS
from automl.tuning.plan import Plan, check_objectives, fitted_in_words

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


SPACE = """\
task: image_classification
data: digits
network: [flatten]
training: {{epochs: {epochs}, batch_size: {batch_size}}}
"""


def resolved(epochs: int = 0, *, of_space: str = "auto", batch_size: str = "auto") -> Plan:
    text = SPACE.format(epochs=of_space, batch_size=batch_size)
    space = parse_space(text, make_vocabulary(), "space")
    data = load_dataset("digits", "images", {}, 0, lambda line: None)
    return replace(PLAN, epochs=epochs).resolved(space, data)


def test_what_a_space_leaves_to_the_data_follows_its_size() -> None:
    assert resolved().fitted == {"epochs": 25, "batch_size": 32}
    assert resolved(batch_size="64").fitted == {"epochs": 50}
    assert resolved(batch_size="{choices: [128, 64]}").fitted == {"epochs": 100}
    assert resolved(3, batch_size="auto").fitted == {"epochs": 3, "batch_size": 32}


@pytest.mark.parametrize("rare", [True, False])
def test_how_rare_classes_are_treated_is_drawn_where_there_are_any(rare: bool) -> None:
    text = SPACE.format(epochs=3, batch_size=8).replace(
        "batch_size: 8", "batch_size: 8, sampling: auto, class_weights: auto"
    )
    space = parse_space(text, make_vocabulary(), "space")
    plan = PLAN.fitted_to(100, rare, space)
    again = Plan.from_record(plan.as_record()).fitted_to(100, not rare, space)
    assert again.draws_balance is plan.draws_balance is rare
    fitted = replace(space, fitted=plan.fitted)
    drawn = [each.name for each in fitted.parameters()]
    assert drawn == (["sampling", "class_weights"] if rare else [])
    assert fitted.size() == (4 if rare else 1)
    start = fitted.sample(FixedSuggest(fitted.baseline())).training
    assert (start["sampling"], start["class_weights"]) == ("shuffled", "even")
    told = "sampling and class_weights are drawn, since some classes are rare"
    assert fitted_in_words(PLAN, plan, 100) == (told if rare else "")


def test_what_a_space_says_of_rare_classes_itself_is_kept() -> None:
    text = SPACE.format(epochs=3, batch_size="8, sampling: balanced")
    plan = PLAN.fitted_to(100, True, parse_space(text, make_vocabulary(), "space"))
    assert plan.draws_balance is None
    assert "sampling" not in plan.fitted


def test_a_draw_is_not_one_of_several_choices() -> None:
    text = SPACE.format(epochs=3, batch_size="8, sampling: {choices: [auto, balanced]}")
    with pytest.raises(SpaceError, match="space:4: `auto` cannot be one of the choices of `samp"):
        parse_space(text, make_vocabulary(), "space")


def test_the_trials_of_a_study_keep_the_length_that_was_taken() -> None:
    kept = Plan.from_record(replace(PLAN, epochs=7, batch_size=16).as_record())
    assert kept.fitted == {"epochs": 7, "batch_size": 16}


def test_the_settings_that_the_data_decided_are_told() -> None:
    given = replace(PLAN, epochs=0)
    told = fitted_in_words(given, replace(given, epochs=25, batch_size=32), 1_259)
    assert told == "for 1,259 training examples: up to 25 epochs a trial in batches of 32"
    assert fitted_in_words(PLAN, PLAN, 1_259) == ""
