"""The portfolio's trials: after the baseline and in their order, however a search is cut up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from slots_executor import SlotsExecutor
from toy import CHOICE, Toy, ToySpace, run_toy

from automl.core.distributions import Range
from automl.core.records import StudyRecord
from automl.tuning import SAMPLERS

ENTRIES = ({"x": 0.5}, {"x": 0.75}, {"x": 0.125})
SPACE = ToySpace({"x": Range(0.0, 1.0)}, starts=ENTRIES)
FIRST = [0.25, 0.5, 0.75, 0.125]
ORIGINS = ["", *(f"entry {number} of the portfolio" for number in (1, 2, 3))]


def drawn(study: StudyRecord) -> list[Any]:
    return [each.parameters["x"] for each in study.trials]


def origins(study: StudyRecord) -> list[str]:
    return [each.origin for each in study.trials]


@pytest.mark.parametrize("sampler", SAMPLERS.names)
def test_it_comes_after_the_baseline_and_before_every_sampler(sampler: str, tmp_path: Path) -> None:
    space = ToySpace({"x": Range(0.0, 1.0, step=0.125)}, starts=ENTRIES)
    study = Toy(tmp_path, space, sampler=sampler, trials=6).begin({"x": 0.25}).study
    assert drawn(study)[:4] == FIRST
    assert origins(study)[:5] == [*ORIGINS, ""]
    assert study.counted == 6


def test_a_search_of_fewer_trials_leaves_nothing_waiting(tmp_path: Path) -> None:
    study = Toy(tmp_path, SPACE, trials=2).begin({"x": 0.25}).study
    assert drawn(study) == FIRST[:2]
    resumed = Toy(tmp_path, SPACE, trials=5).go_on().study
    assert drawn(resumed)[:4] == FIRST
    assert origins(resumed) == [*ORIGINS, ""]


def test_an_entry_that_cannot_be_built_is_one_infeasible_trial(tmp_path: Path) -> None:
    study = Toy(tmp_path, SPACE, trials=3, limit=0.6).begin({"x": 0.25}).study
    assert [(each.status, each.origin) for each in study.trials] == [
        ("complete", ORIGINS[0]),
        ("complete", ORIGINS[1]),
        ("infeasible", ORIGINS[2]),
        ("complete", ORIGINS[3]),
    ]


def test_an_entry_that_was_tried_already_is_a_duplicate(tmp_path: Path) -> None:
    space = ToySpace(CHOICE.drawn, starts=({"x": 2}, {"x": 3}))
    study = Toy(tmp_path, space, trials=2).begin({"x": 2}).study
    assert [each.status for each in study.trials] == ["complete", "duplicate", "complete"]


def test_with_several_workers_the_order_is_the_same(tmp_path: Path) -> None:
    for slots, deterministic in ((2, True), (4, True), (4, False)):
        toy = Toy(
            tmp_path / f"{slots}-{deterministic}",
            SPACE,
            trials=6,
            deterministic=deterministic,
            executor=lambda slots=slots: SlotsExecutor(run_toy, slots, slots),
        )
        study = toy.begin({"x": 0.25}).study
        assert drawn(study)[:4] == FIRST
        assert origins(study)[:4] == ORIGINS
