"""Optuna's plots of real and of odd studies, within limits."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from report_values import made_study, made_trial

from automl import api
from automl.core.errors import StudyError, UnknownName
from automl.store import Store
from automl.tuning.plots import FIGURES, Figures, choose_trials, figure
from automl.tuning.storage import open_storage
from automl.tuning.trial_records import load_study, time_used

pytestmark = pytest.mark.slow


def storage_in(results: str):
    return open_storage(Store(Path(results)).journal)


def made(tmp_path: Path, *statuses: str) -> Figures:
    random = Random(0)
    trials = [made_trial(number, random, each) for number, each in enumerate(statuses)]
    return Figures(load_study(storage_in(made_study(tmp_path, trials)), "made"))


@pytest.mark.parametrize("kind", [each for each in FIGURES if each != "front"])
def test_every_plot_of_a_real_study_has_data(kind: str, results: str) -> None:
    drawn = figure(storage_in(results), "digits", kind)
    assert drawn.data
    assert "configuration" not in drawn.to_json()


def test_the_plot_of_importances_has_the_numbers_that_are_told(results: str) -> None:
    found = api.importances("digits", results)
    (bars,) = figure(storage_in(results), "digits", "importances").data
    assert dict(zip(bars.y, bars.x, strict=True)) == pytest.approx(dict(found.shares))


def test_a_wrong_name_is_told_with_the_nearest(results: str) -> None:
    with pytest.raises(UnknownName, match="did you mean 'history'"):
        figure(storage_in(results), "digits", "histoy")
    with pytest.raises(StudyError, match="did you mean 'digits'"):
        figure(storage_in(results), "digit", "history")


@pytest.mark.parametrize(
    "statuses",
    [(), ("complete",), ("failed",) * 3, ("pruned",) * 12, ("infeasible",) * 3, ("complete",) * 2],
)
def test_odd_studies_are_drawn_or_give_an_empty_plot(
    statuses: tuple[str, ...], tmp_path: Path
) -> None:
    figures = made(tmp_path, *statuses)
    compared = {"slice", "parallel_coordinate", "rank"}
    drawn = {kind for kind in FIGURES if figures.draw(kind).data}
    assert compared <= drawn if statuses.count("complete") >= 2 else not compared & drawn
    assert ("history" in drawn) == ("complete" in statuses)


def test_only_so_many_parameters_are_compared_and_the_most_important_first(tmp_path: Path) -> None:
    figures = made(tmp_path, *["complete"] * 30)
    assert figures.parameters(4) == list(figures.importances.shares)[:4]
    axes = [name for name in figures.draw("rank").to_dict()["layout"] if name.startswith("xaxis")]
    assert len(axes) == 16


def test_of_too_many_trials_the_best_and_an_even_sample_are_shown(tmp_path: Path) -> None:
    figures = made(tmp_path, *["complete", "pruned"] * 60)
    study = figures.all_trials
    shown = choose_trials(study, most=20)
    numbers = [each.number for each in shown]
    assert len(numbers) == 20
    assert numbers == sorted(set(numbers))
    values = sorted((each.value for each in study.get_trials() if each.value), reverse=True)
    assert set(values[:10]) <= {each.value for each in shown}
    assert min(numbers) < 12
    assert max(numbers) >= 108


def test_time_is_counted_once_where_trials_ran_at_once(tmp_path: Path) -> None:
    random = Random(0)
    trials = [made_trial(number, random) for number in (0, 0, 1, 5)]
    found = time_used(load_study(storage_in(made_study(tmp_path, trials)), "made"))
    assert (found.wall, found.on_workers) == (3.0, 4.0)
    assert found.begun == trials[0].datetime_start
    assert found.ended == trials[3].datetime_complete
