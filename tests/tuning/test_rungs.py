"""Where trials meet, how each stands there, and who of those that are held goes on."""

from __future__ import annotations

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.pruners import SuccessiveHalvingPruner
from optuna.trial import FrozenTrial

from automl.core.trial import Measurement
from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.pruners import Asha
from automl.tuning.rungs import MOST_HELD, HeldTrials, RungTable, rungs_at
from automl.tuning.trial_records import LATENCY, SIZE

STEPS = 9  # with rungs at 1 and 3
EPOCHS = 9.0


def make_study(*costs: str) -> optuna.Study:
    with quiet_optuna():
        study = optuna.create_study(directions=["maximize", *["minimize"] * len(costs)])
        study.set_metric_names(["accuracy", *costs])
    return study


def report(
    trial: optuna.Trial, loss: float, step: int, share: float | None = None, epoch: float = 1.0
) -> FrozenTrial:
    measured = Measurement(step, epoch, {"accuracy": 0.5, "loss": loss}, 1.0)
    trial.storage.set_trial_intermediate_value(trial._trial_id, step, 0.5)
    Asha(STEPS).note(trial, measured, step / STEPS if share is None else share, EPOCHS)
    return trial.storage.get_trial(trial._trial_id)


def begin(study: optuna.Study, latency: float = 1.0, size: int = 1) -> optuna.Trial:
    trial = study.ask()
    trial.set_user_attr(LATENCY, latency)
    trial.set_user_attr(SIZE, size)
    return trial


def test_a_dominated_trial_is_stopped_and_told_by_whom() -> None:
    study, pruner = make_study("latency"), Asha(STEPS, fewest=1)
    for loss, latency in ((0.1, 3.0), (0.2, 2.0), (0.3, 1.0)):  # a front: none beats another
        assert not pruner.prune(study, report(begin(study, latency), loss, 1))
    weak = report(begin(study, 2.5), 0.25, 1)  # trial 1 is better and faster
    assert (pruner.prune(study, weak), pruner.rung(study, weak)) == (True, 1)
    assert pruner.explain(study, weak) == (
        "rung 1: dominated by trial 1; 3 of the 4 that came so far are on better fronts"
    )


def test_a_bad_loss_goes_on_where_nothing_is_as_small() -> None:
    study, pruner = make_study("latency", "parameters"), Asha(STEPS, fewest=1)
    report(begin(study, 3.0, 100), 0.1, 1)
    assert not pruner.prune(study, report(begin(study, 3.0, 50), 0.9, 1))
    assert pruner.prune(study, report(begin(study, 3.0, 60), 0.95, 1))


def test_trials_of_the_second_front_go_on_while_the_first_is_less_than_a_third() -> None:
    study, pruner = make_study("latency"), Asha(STEPS, fewest=1)
    report(begin(study, 1.0), 0.1, 1)
    for number in range(1, 6):  # each faster than the one before, and worse
        report(begin(study, 9.0 - number), 0.2 + number / 100, 1)
    assert not pruner.prune(study, study.get_trials()[3])


def test_only_a_report_that_comes_to_a_rung_is_weighed() -> None:
    study, pruner = make_study(), Asha(STEPS, fewest=1)
    good, weak = begin(study), begin(study)
    for step in (1, 2, 3):
        report(good, 0.1, step)
    assert pruner.prune(study, report(weak, 0.9, 1))
    assert not pruner.prune(study, report(weak, 0.9, 2))
    assert pruner.prune(study, report(weak, 0.9, 3))
    assert pruner.explain(study, study.get_trials()[1]) == (
        "loss 0.9000, and rung 2 asks for 0.1000, the best 1 of the 2 that came so far"
    )


def test_many_that_dominate_are_counted() -> None:
    study, pruner = make_study("latency"), Asha(STEPS, fewest=1)
    for number in range(6):
        report(begin(study, 1.0 + number), 0.1, 1)
    weak = report(begin(study, 9.0), 0.9, 1)
    assert pruner.explain(study, weak).startswith(
        "rung 1: dominated by trials 0, 1, 2 and 3 others; 6 of the 7"
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=12))
def test_with_one_objective_it_is_asha(curves: list[list[int]]) -> None:
    ours = make_study()
    theirs = optuna.create_study()
    pruner = Asha(STEPS, fewest=1)
    halving = SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    for curve in curves:
        trial, other = begin(ours), theirs.ask()
        for step, loss in enumerate(curve, start=1):
            other.report(float(loss), step)
            stopped = pruner.prune(ours, report(trial, float(loss), step))
            assert stopped == halving.prune(theirs, theirs.get_trials()[other.number])
            if stopped:
                break


def test_the_first_few_that_come_to_a_rung_all_go_on() -> None:
    study, pruner = make_study(), Asha(STEPS)
    stopped = [pruner.prune(study, report(begin(study), at / 10, 1)) for at in range(6)]
    assert stopped == [False, False, False, True, True, True]


@pytest.mark.parametrize(
    ("share", "epoch", "rungs"),
    [
        (0.1, 4.0, []),
        (0.112, 4.0, [1]),
        (0.34, 4.0, [1, 2]),  # its batches are small: many steps in an epoch
        (0.34, 0.9, []),  # a whole epoch comes first
        (0.34, 4.6, []),  # its batches are large: more than half of its training is over
    ],
)
def test_rungs_are_counted_in_steps_of_the_optimiser_after_an_epoch(
    share: float, epoch: float, rungs: list[int]
) -> None:
    assert rungs_at(report(begin(make_study()), 0.5, 1, share, epoch)) == rungs


def test_a_rung_that_was_passed_long_ago_is_not_come_to_again() -> None:
    trial = begin(make_study())
    report(trial, 0.5, 1, 0.2)
    assert rungs_at(report(trial, 0.4, 2, 0.3)) == []
    assert rungs_at(report(trial, 0.3, 3, 0.4)) == [2]


def held(losses: list[float], most: int) -> HeldTrials:
    """The trials of a study, all at the first rung, as if all but the best third were held."""
    study = make_study()
    for loss in losses:
        report(begin(study), loss, 1)
    table = RungTable(study.get_trials())
    weak = [each for each in study.get_trials() if table.weakest(each)]
    return HeldTrials.of(table, weak, most)


def test_the_best_one_is_promoted_once_it_belongs_to_the_better_third() -> None:
    study = make_study()
    trials = [begin(study) for _ in range(9)]
    for number, loss in enumerate((0.1, 0.2, 0.4, 0.3)):
        report(trials[number], loss, 1)
    waiting = study.get_trials()[2:4]
    assert HeldTrials.of(RungTable(study.get_trials()), waiting, 30).promotable is None
    assert HeldTrials.of(RungTable(study.get_trials()), waiting, 30).first == 3
    for number in range(4, 9):
        report(trials[number], 0.9, 1)
    assert HeldTrials.of(RungTable(study.get_trials()), waiting, 30).promotable == 3


def test_those_that_can_never_go_on_are_superfluous() -> None:
    losses = [number / 100 for number in range(12)]
    assert held(losses, most=12).superfluous == tuple(range(7, 12))  # 4 of 12 go on, 3 are kept
    assert held(losses, most=30).superfluous == (10, 11)
    many = held([number / 100 for number in range(60)], most=300)
    assert len(many.positions) - len(many.superfluous) == MOST_HELD
