"""Every sampler draws inside the space, agrees with itself by seed, and finds what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from toy import Toy, ToySpace

from automl.core.distributions import Choices, Parameter, Range
from automl.core.errors import UnknownName, UserError
from automl.tuning import SAMPLERS

# Finite, so that the grid can take it, and conditional, so that all have to cope with it.
SPACE = ToySpace(
    {"x": Range(0.0, 1.0, step=0.05), "n": Range(1, 8, log=True), "kind": Choices(("a", "b"))},
    depends=lambda values: {"depth": Range(1, 3)} if values["kind"] == "a" else {},
)


@pytest.mark.parametrize("name", SAMPLERS.names)
class TestSampler:
    def test_draws_inside_the_space(self, name: str, tmp_path: Path) -> None:
        study = Toy(tmp_path, SPACE, sampler=name, trials=15).begin().study
        for trial in study.trials:
            drawn = trial.parameters
            assert 0 <= drawn["x"] <= 1
            assert drawn["n"] in range(1, 9)
            assert ("depth" in drawn) == (drawn["kind"] == "a")

    def test_the_same_seed_draws_the_same(self, name: str, tmp_path: Path) -> None:
        runs = [
            Toy(tmp_path / place, SPACE, sampler=name, trials=12).begin().study
            for place in ("one", "other")
        ]
        first, second = ([trial.parameters for trial in run.trials] for run in runs)
        assert first == second

    def test_a_broken_off_study_goes_on_as_an_unbroken_one(self, name: str, tmp_path: Path) -> None:
        whole = Toy(tmp_path / "whole", SPACE, sampler=name, trials=25).begin().study
        for trials in (5, 14, 25):
            toy = Toy(tmp_path / "broken", SPACE, sampler=name, trials=trials)
            study = (toy.begin if trials == 5 else toy.go_on)().study
        assert [each.parameters for each in study.trials] == [
            each.parameters for each in whole.trials
        ]


def test_cmaes_finds_a_better_value_than_random(tmp_path: Path) -> None:
    space = ToySpace({"x": Range(0.0, 1.0), "y": Range(1e-4, 1.0, log=True), "n": Range(1, 9)})
    means = {}
    for name in ("cmaes", "random"):
        study = Toy(tmp_path / name, space, sampler=name, trials=60).begin().study
        means[name] = sum(trial.objective or 0 for trial in study.trials[30:]) / 30
    assert means["cmaes"] > means["random"] + 0.1


def test_tpe_finds_a_better_value_than_random(tmp_path: Path) -> None:
    """On a smooth hill, thirty TPE trials beat the mean of thirty random ones."""
    space = ToySpace({"x": Range(0.0, 1.0), "y": Range(0.0, 1.0)})
    means = {}
    for name in ("tpe", "random"):
        study = Toy(tmp_path / name, space, sampler=name, trials=30).begin().study
        means[name] = sum(trial.objective or 0 for trial in study.ranked) / 30
    assert means["tpe"] > means["random"]


def test_random_draws_among_tpes_are_new_ones(tmp_path: Path) -> None:
    """A stream shared with TPE's random start would draw the same configurations again."""
    space = ToySpace({"x": Range(0.0, 1.0), "y": Range(0.0, 1.0)})
    study = Toy(tmp_path, space, sampler="tpe", trials=40).begin().study
    assert study.count("duplicate") == 0


def test_grid_names_what_is_not_finite() -> None:
    parameters = (Parameter("optimizer.adamw.lr", Range(1e-4, 1e-2, log=True), {}),)
    with pytest.raises(UserError, match=r"optimizer\.adamw\.lr is continuous"):
        SAMPLERS["grid"](parameters, 0)


def test_an_unknown_sampler_is_guessed() -> None:
    with pytest.raises(UnknownName, match="did you mean 'random'"):
        SAMPLERS.check("randon")
