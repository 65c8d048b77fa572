"""Trials that come back without a result are tried again, a bounded number of times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slots_executor import SlotsExecutor
from toy import STEPS, Toy, ToySpace, run_toy

from automl.core.distributions import Choices, Range
from automl.core.trial import Status, TrialSpec
from automl.tuning.context import SearchOutcome


def run(root: Path, executor: SlotsExecutor, space: ToySpace | None = None) -> SearchOutcome:
    space = space or ToySpace({"x": Range(0.0, 1.0), "batch_size": Choices((16,))})
    return Toy(root, space, trials=4, executor=lambda: executor).begin()


def of_trial_2(status: Status, times: int, step: int = 2) -> Any:
    """A fate that strikes trial 2 so often, always at one step."""
    left = [times]

    def fate(spec: TrialSpec, at: int) -> Status | None:
        if spec.number != 2 or at != step or not left[0]:
            return None
        left[0] -= 1
        return status

    return fate


def test_a_lost_trial_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    executor = SlotsExecutor(run_toy, 2, fate=of_trial_2(Status.LOST, times=2))
    study = run(tmp_path, executor).study
    assert [each.status for each in study.trials] == ["complete"] * 4
    ours = [spec.resume for spec, _ in executor.submitted if spec.number == 2]
    assert ours == [False, True, True]


def test_a_trial_lost_again_and_again_is_given_up(tmp_path: Path) -> None:
    executor = SlotsExecutor(run_toy, 2, fate=of_trial_2(Status.LOST, times=99))
    study = run(tmp_path, executor).study
    assert study.trials[2].status == "failed"
    assert study.trials[2].reason == "fate; given up after 3 attempts"
    assert [spec.number for spec, _ in executor.submitted].count(2) == 3
    assert study.count("complete") == 3
    assert study.counted == 4


def test_a_trial_that_makes_headway_is_not_given_up(tmp_path: Path) -> None:
    """Lost at each of its steps, and still it comes to its end."""
    seen: set[tuple[int, int]] = set()

    def fate(spec: TrialSpec, step: int) -> Status | None:
        if step == 0 or (spec.number, step) in seen:
            return None
        seen.add((spec.number, step))
        return Status.LOST

    executor = SlotsExecutor(run_toy, 2, fate=fate)
    study = run(tmp_path, executor).study
    assert study.count("complete") == 4
    assert len(seen) == 4 * STEPS


def test_without_memory_a_trial_is_alone_then_takes_its_batches_in_parts(tmp_path: Path) -> None:
    executor = SlotsExecutor(run_toy, 2, fate=of_trial_2(Status.OUT_OF_MEMORY, times=3))
    study = run(tmp_path, executor).study
    assert study.count("complete") == 4
    tries = [
        (alone, spec.grad_accumulation) for spec, alone in executor.submitted if spec.number == 2
    ]
    assert tries == [(False, 1), (True, 1), (True, 2), (True, 4)]


def test_what_never_fits_is_infeasible_and_the_sampler_hears_by_how_much(tmp_path: Path) -> None:
    executor = SlotsExecutor(run_toy, 2, fate=of_trial_2(Status.OUT_OF_MEMORY, times=99))
    toy = Toy(
        tmp_path,
        ToySpace({"x": Range(0.0, 1.0), "batch_size": Choices((16,))}),
        trials=4,
        executor=lambda: executor,
    )
    study = toy.begin().study
    assert (study.trials[2].status, study.trials[2].reason) == ("infeasible", "fate")
    parts = [spec.grad_accumulation for spec, _ in executor.submitted if spec.number == 2]
    assert parts == [1, 1, 2, 4, 8]  # batches of 16 cannot be cut further
    assert study.counted == 4  # it took no place of the total
    journal = toy.store.journal.read_text()
    assert '"constraints:feasible":0.5' in journal
