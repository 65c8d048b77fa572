"""In rounds, a seed gives the same study however many workers there are and however they race."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from slots_executor import Fate, SlotsExecutor, spared
from toy import Recorder, Toy, ToySpace, run_toy

from automl.core.distributions import Choices, Range
from automl.core.records import StudyRecord
from automl.core.trial import Status, TrialSpec
from automl.tuning import PRUNERS

SPACE = ToySpace(
    {"x": Range(0.0, 1.0), "n": Range(1, 8), "kind": Choices(("a", "b"))},
    depends=lambda values: {"depth": Range(1, 3)} if values["kind"] == "a" else {},
)


def make_toy(root: Path, slots: int, order: int, fate: Fate = spared, **given: Any) -> Toy:
    settings = {"sampler": "tpe", "pruner": "asha", "trials": 30, "limit": 0.95}
    return Toy(
        root,
        SPACE,
        **{**settings, **given},
        deterministic=True,
        executor=lambda: SlotsExecutor(run_toy, slots, order, fate),
    )


def essence(study: StudyRecord) -> list[Any]:
    """All of a study but what a clock says."""
    return [
        (each.number, each.status, each.objective, dict(each.parameters), each.reason, each.epoch)
        for each in study.trials
    ]


@pytest.mark.parametrize("pruner", PRUNERS.names)
def test_any_number_of_workers_gives_the_same_study(pruner: str, tmp_path: Path) -> None:
    one = make_toy(tmp_path / "one", slots=1, order=0, pruner=pruner).begin().study
    assert one.counted == 30
    for slots, order in ((2, 1), (4, 2), (4, 3), (9, 4)):
        other = make_toy(tmp_path / f"{slots}-{order}", slots, order, pruner=pruner).begin().study
        assert essence(other) == essence(one)
        assert other.best == one.best


def test_without_rounds_they_may_differ(tmp_path: Path) -> None:
    """Else the test above could not fail."""
    studies = []
    for slots, order in ((1, 0), (4, 1)):
        toy = make_toy(tmp_path / f"{slots}", slots, order)
        toy.deterministic = False
        studies.append(essence(toy.begin().study))
    assert studies[0] != studies[1]


def test_pruning_is_at_work(tmp_path: Path) -> None:
    study = make_toy(tmp_path, slots=2, order=0).begin().study
    assert study.count("pruned") > 3
    assert study.count("complete") > 3
    assert study.count("infeasible") > 0


def test_lost_workers_do_not_change_the_study(tmp_path: Path) -> None:
    lost: set[tuple[int, int]] = set()

    def fate(spec: TrialSpec, step: int) -> Status | None:
        where = spec.number, step
        if sum(where) % 4 or where in lost:
            return None
        lost.add(where)
        return Status.LOST

    whole = make_toy(tmp_path / "whole", slots=1, order=0).begin().study
    shaken = make_toy(tmp_path / "shaken", slots=3, order=5, fate=fate).begin().study
    assert essence(shaken) == essence(whole)
    assert len(lost) > 5


@pytest.mark.parametrize("moment", [1, 7, 19, 33, 45])
def test_an_interrupted_study_goes_on_to_the_same(moment: int, tmp_path: Path) -> None:
    whole = make_toy(tmp_path / "whole", slots=1, order=0).begin().study
    broken = make_toy(tmp_path / "broken", slots=3, order=moment)
    seen: list[int] = []

    def stop_at_the_moment(number: int, measured: object) -> None:
        seen.append(number)
        if len(seen) == moment:
            broken.stop.set()

    broken.recorder = Recorder(on_measure=stop_at_the_moment)
    assert broken.begin().reason == "interrupted"
    outcome = make_toy(tmp_path / "broken", slots=2, order=9).go_on()
    assert essence(outcome.study) == essence(whole)
