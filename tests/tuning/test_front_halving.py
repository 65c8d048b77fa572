"""At its rungs, ASHA stops the trials that others beat in everything."""

from __future__ import annotations

import optuna
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.pruners import SuccessiveHalvingPruner

from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.pruners import Asha, FrontHalving
from automl.tuning.trial_records import LATENCY, SIZE

STEPS = 9  # with rungs at 1 and 3


def make_study(*costs: str, metric: str = "maximize") -> optuna.Study:
    with quiet_optuna():
        study = optuna.create_study(directions=[metric, *["minimize"] * len(costs)])
        study.set_metric_names(["accuracy", *costs])
    return study


def report(trial: optuna.Trial, value: float, step: int) -> optuna.trial.FrozenTrial:
    trial.storage.set_trial_intermediate_value(trial._trial_id, step, value)
    return trial.storage.get_trial(trial._trial_id)


def begin(study: optuna.Study, latency: float, size: int = 1) -> optuna.Trial:
    trial = study.ask()
    trial.set_user_attr(LATENCY, latency)
    trial.set_user_attr(SIZE, size)
    return trial


def test_a_dominated_trial_is_stopped_and_told_by_whom() -> None:
    study, pruner = make_study("latency"), Asha(STEPS, fewest=1)
    for value, latency in ((0.9, 3.0), (0.8, 2.0), (0.7, 1.0)):  # a front: none beats another
        assert not pruner.prune(study, report(begin(study, latency), value, 1))
    weak = report(begin(study, 2.5), 0.75, 1)  # trial 1 is better and faster
    assert pruner.prune(study, weak)
    assert pruner.explain(study, weak) == (
        "rung 1: dominated by trial 1; 3 of the 4 that came so far are on better fronts"
    )


def test_a_bad_metric_goes_on_where_nothing_is_as_small() -> None:
    study, pruner = make_study("latency", "parameters"), Asha(STEPS, fewest=1)
    report(begin(study, 3.0, 100), 0.9, 1)
    assert not pruner.prune(study, report(begin(study, 3.0, 50), 0.1, 1))
    assert pruner.prune(study, report(begin(study, 3.0, 60), 0.05, 1))


def test_trials_of_the_second_front_go_on_while_the_first_is_less_than_a_third() -> None:
    study, pruner = make_study("latency"), Asha(STEPS, fewest=1)
    report(begin(study, 1.0), 0.9, 1)
    for number in range(1, 6):  # each faster than the one before, and worse
        report(begin(study, 9.0 - number), 0.8 - number / 100, 1)
    assert not pruner.prune(study, study.get_trials()[3])


def test_only_a_report_that_comes_to_a_rung_is_weighed() -> None:
    study, pruner = make_study("latency"), Asha(STEPS, fewest=1)
    good, weak = begin(study, 1.0), begin(study, 2.0)
    for step in (1, 2, 3):
        report(good, 0.9, step)
    assert pruner.prune(study, report(weak, 0.1, 1))
    assert not pruner.prune(study, report(weak, 0.1, 2))
    assert pruner.prune(study, report(weak, 0.1, 3))
    assert "rung 2: dominated by trial 0" in pruner.explain(study, study.get_trials()[1])


def test_where_not_every_step_is_reported_the_next_one_counts() -> None:
    study, pruner = (
        make_study("latency"),
        Asha(90, fewest=1),
    )  # rungs at 10 and 30, reports at 8, 16, …
    report(begin(study, 1.0), 0.9, 16)
    weak = begin(study, 2.0)
    assert not pruner.prune(study, report(weak, 0.1, 8))
    assert pruner.prune(study, report(weak, 0.1, 16))
    assert not pruner.prune(study, report(weak, 0.1, 24))


def test_many_that_dominate_are_counted() -> None:
    study, pruner = make_study("latency"), Asha(STEPS, fewest=1)
    for number in range(6):
        report(begin(study, 1.0 + number), 0.9, 1)
    weak = report(begin(study, 9.0), 0.1, 1)
    assert pruner.explain(study, weak).startswith(
        "rung 1: dominated by trials 0, 1, 2 and 3 others; 6 of the 7"
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=12))
def test_with_one_objective_it_is_asha(curves: list[list[int]]) -> None:
    study, halving = make_study(), SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    rule = FrontHalving(1, fewest=1)
    for curve in curves:
        trial = study.ask()
        for step, value in enumerate(curve, start=1):
            noted = report(trial, float(value), step)
            position = rule.position(study, noted)
            stopped = position is not None and position.is_weak
            assert stopped == halving.prune(study, noted)
            if stopped:
                break


def test_a_smaller_metric_may_be_better() -> None:
    study, pruner = make_study("latency", metric="minimize"), Asha(STEPS, fewest=1)
    report(begin(study, 1.0), 0.1, 1)
    assert pruner.prune(study, report(begin(study, 1.0), 0.2, 1))
    assert not pruner.prune(study, report(begin(study, 1.0), 0.05, 1))


def test_the_first_few_that_come_to_a_rung_all_go_on() -> None:
    study, pruner = make_study("latency"), Asha(STEPS)
    stopped = [pruner.prune(study, report(begin(study, 1.0), 1 - at / 10, 1)) for at in range(6)]
    assert stopped == [False, False, False, True, True, True]
