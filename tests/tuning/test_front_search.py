"""A search for several objectives, with the real Optuna and the real journal."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import optuna
import pytest
from toy import Recorder, Toy, ToySpace

from automl.core.distributions import Choices, Distribution, Range
from automl.core.errors import Infeasible
from automl.core.records import StudyRecord
from automl.core.trial import Status, Trial, TrialResult, TrialSpec
from automl.execution.local import LocalExecutor
from automl.execution.resources import Resources
from automl.tuning import SAMPLERS
from automl.tuning.storage import open_storage

DRAWN: dict[str, Distribution] = {
    "x": Range(0.0, 1.0, step=0.02),
    "latency": Range(0.5, 2.0, step=0.1),
    "size": Range(1, 50),
}
BOTH = ("latency", "parameters")


def make_toy(root: Path, **given: Any) -> Toy:
    settings = {"pruner": "asha", "trials": 30, "minimize": BOTH}
    return Toy(root, ToySpace(DRAWN), **{**settings, **given})


def stored(root: Path) -> optuna.Study:
    return optuna.load_study(study_name="toy", storage=open_storage(root / "studies.journal"))


def drawn(study: StudyRecord) -> list[Any]:
    return [(each.status, each.objective, each.parameters, each.reason) for each in study.trials]


def test_the_front_is_kept_with_the_best_few(tmp_path: Path) -> None:
    toy = make_toy(tmp_path)
    study = toy.begin().study
    front, best = {each.number for each in study.front}, {each.number for each in study.ranked[:3]}
    assert len(front) > 1
    assert study.front[0] == study.best
    kept = {int(file.parent.name) for file in tmp_path.glob("toy/trials/*/weights.safetensors")}
    assert kept == front | best
    assert front == {each.number for each in stored(tmp_path).best_trials}


def test_optuna_knows_names_directions_values_and_curves(tmp_path: Path) -> None:
    record = make_toy(tmp_path).begin().study
    study = stored(tmp_path)
    assert study.metric_names == ["score", *BOTH]
    assert [each.name for each in study.directions] == ["MAXIMIZE", "MINIMIZE", "MINIMIZE"]
    for trial, told in zip(study.trials, record.trials, strict=True):
        assert trial.intermediate_values
        if told.status == "complete":
            assert trial.values == [told.objective, told.latency, told.num_parameters]
            assert told.latency == trial.params["latency"]


def test_dominated_trials_are_stopped_with_their_reason(tmp_path: Path) -> None:
    study = make_toy(tmp_path).begin().study
    pruned = study.having("pruned")
    assert pruned
    for each in pruned:
        told = re.search(
            r"^asha at epoch 0.5: score .*; rung 1: dominated by trials? (\d+)", each.reason
        )
        assert told, each.reason
        better = study.trials[int(told[1])].parameters
        assert better["x"] >= each.parameters["x"]
        assert better["latency"] <= each.parameters["latency"]
        assert better["size"] <= each.parameters["size"]


@pytest.mark.parametrize(
    "sampler", [each for each in SAMPLERS if SAMPLERS[each].several_objectives]
)
def test_every_sampler_of_several_goes_on_after_stopped_trials(
    sampler: str, tmp_path: Path
) -> None:
    study = make_toy(tmp_path, sampler=sampler, trials=14).begin().study
    assert study.counted == 14
    assert study.count("pruned") > 0


def test_tpe_comes_to_draw_near_the_front(tmp_path: Path) -> None:
    """Larger scores cost nothing here, so that good draws are large in one and small in two."""
    study = make_toy(tmp_path, sampler="tpe", trials=60, pruner="none").begin().study
    early, late = study.trials[:20], study.trials[-20:]
    assert _mean(late, "x") > _mean(early, "x")
    assert _mean(late, "latency") < _mean(early, "latency")


def _mean(trials: Any, name: str) -> float:
    return sum(float(each.parameters[name]) for each in trials) / len(trials)


def test_it_stops_and_goes_on(tmp_path: Path) -> None:
    stop = threading.Event()
    recorder = Recorder(on_measure=lambda number, measured: stop.set() if number == 3 else None)
    stopped = make_toy(tmp_path / "broken", stop=stop, recorder=recorder).begin()
    assert stopped.reason == "interrupted"
    resumed = make_toy(tmp_path / "broken").go_on().study
    whole = make_toy(tmp_path / "whole").begin().study
    assert drawn(resumed) == drawn(whole)
    assert [each.number for each in resumed.front] == [each.number for each in whole.front]


def test_the_same_configuration_is_told_with_all_its_values(tmp_path: Path) -> None:
    space = ToySpace({"x": Choices((0.1, 0.2)), "latency": Choices((1.0, 2.0))})
    toy = Toy(tmp_path, space, trials=4, minimize=("latency",))
    record = toy.begin().study
    twins = record.having("duplicate")
    assert twins
    for each in twins:
        original = next(e for e in record.trials if e.parameters == each.parameters)
        assert stored(tmp_path).trials[each.number].values == [original.objective, original.latency]
    assert not {each.number for each in record.front} & {each.number for each in twins}


def test_a_seed_gives_the_same_study_where_nothing_is_measured(tmp_path: Path) -> None:
    given: dict[str, Any] = {"deterministic": True, "sampler": "tpe", "minimize": ("parameters",)}
    first, second = (make_toy(tmp_path / at, **given).begin().study for at in ("one", "two"))
    assert drawn(first) == drawn(second)


def test_limits_that_no_network_keeps_end_the_search(tmp_path: Path) -> None:
    toy = make_toy(tmp_path, executor=lambda: LocalExecutor(lambda threads: refuse, Resources()))
    outcome = toy.begin()
    assert outcome.reason == "exhausted"
    assert {each.status for each in outcome.study.trials} == {"infeasible", "duplicate"}


def refuse(spec: TrialSpec, data: Any) -> Trial:
    """What a worker says of a network that is too slow."""
    error = Infeasible("9.000 ms for one example, over the limit of 5 ms", 0.8)
    return TrialResult(spec.number, Status.INFEASIBLE, (), reason=error.reason, violation=0.8)
    yield
