"""Axes end where a metric ends, and colours say how good a trial is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from report_values import BEGUN, hostile_report, made_study, made_trial

from automl.api.report import collect_report
from automl.api.stored_study import StoredStudy
from automl.core.error_analysis import SeriesExample, SeriesLine
from automl.core.records import StudyRecord, TrialRecord
from automl.report import Report
from automl.report.charts import series_charts, shown_first
from automl.report.panels import make_panels
from automl.report.plot_style import BLUE, GREY, metric_axis, numbers_axis, parameter_axis
from automl.report.summary import facts
from automl.store import Store


@pytest.mark.parametrize(
    ("metric", "values", "low", "high"),
    [
        ("accuracy", [1.0, 1.0], 0.94, 1.0),
        ("accuracy", [0.9333, 0.9333], 0.8773, 0.9893),
        ("accuracy", [0.0, 0.5, None, float("nan")], 0.0, 0.53),
        ("rmse", [0.0, 100.0], 0.0, 106.0),
        ("mae price", [10.0], 9.4, 10.6),
        ("r2", [-1.0, 1.0], -1.12, 1.0),
        ("score", [-1.0, 1.0], -1.12, 1.12),
    ],
)
def test_an_axis_ends_where_the_metric_ends(
    metric: str, values: list[float | None], low: float, high: float
) -> None:
    assert metric_axis(metric, values)["range"] == pytest.approx([low, high], abs=1e-3)


def test_numbers_on_axes_are_written_out_unless_they_are_out_of_all_measure() -> None:
    assert metric_axis("rmse", [30_768.0])["exponentformat"] == "none"
    assert "exponentformat" not in metric_axis("rmse", [3e12])
    assert parameter_axis({"type": "log"}, [1e-4, 1e-2]).settings["ticktext"] == [
        "0.0001",
        "0.001",
        "0.01",
    ]


@pytest.mark.parametrize(("count", "step"), [(1, 1), (8, 1), (9, 2), (40, 5), (5000, 1000)])
def test_numbers_of_trials_are_whole(count: int, step: int) -> None:
    assert numbers_axis("trial", count)["dtick"] == step


def report(*trials: TrialRecord, maximize: bool = True) -> Report:
    return replace(hostile_report("word"), study=StudyRecord("s", "accuracy", maximize, trials))


@pytest.mark.parametrize("maximize", [True, False])
def test_the_better_the_bluer(maximize: bool) -> None:
    two = (TrialRecord(0, "complete", 0.5, {}), TrialRecord(1, "complete", 0.4, {}))
    panels = make_panels(report(*two, maximize=maximize))
    (points,) = panels["slice"][0].data
    assert points["marker"]["color"] == ([BLUE, GREY] if maximize else [GREY, BLUE])


@pytest.mark.slow
def test_what_was_not_drawn_is_called_so(drawn: Report) -> None:
    study = drawn.study
    bare = replace(study.trials[0], parameters={})
    lacking = replace(drawn, study=replace(study, trials=(bare, *study.trials[1:])))
    figure = lacking.plots.figures["parallel_coordinate"]
    figure["layout"]["annotations"].append({"text": "None", "x": 1, "y": 0.5})
    words = {
        each["text"]
        for each in make_panels(lacking)["parallel_coordinate"][0].layout["annotations"]
    }
    assert "not drawn" in words
    assert "None" not in words


@pytest.fixture
def drawn(tmp_path: Path) -> Report:
    """A study of every ending; its last run took a minute, most of it after the last trial."""
    random = Random(0)
    statuses = ("complete", "pruned", "infeasible", "diverged", "failed", "complete")
    trials = [made_trial(number, random, each) for number, each in enumerate(statuses)]
    results = made_study(tmp_path, trials)
    line = json.dumps({"begun": BEGUN.isoformat(), "seconds": 60.0})
    (Store(tmp_path).study("made").path / "runs.jsonl").write_text(f"{line}\n{{broken\n")
    return collect_report(StoredStudy.find("made", results), lambda done, total: None)


@pytest.mark.slow
def test_each_ending_has_a_colour_of_its_own(drawn: Report) -> None:
    bars = {
        each["name"]: each["marker"]["color"] for each in make_panels(drawn)["timeline"][0].data
    }
    assert set(bars) == {"complete", "pruned", "infeasible", "diverged", "failed"}
    assert len(set(bars.values())) == len(bars)


@pytest.mark.slow
def test_trials_that_were_stopped_are_in_the_history(drawn: Report) -> None:
    names = [each["name"] for each in make_panels(drawn)["history"][0].data]
    assert names == ["stopped early", "complete", "best so far"]


@pytest.mark.slow
def test_time_and_trials_are_those_of_the_summary(drawn: Report) -> None:
    told = facts(drawn)
    assert told["Time"].startswith("1 min 0 s of wall clock, 6 s of trials")
    assert told["Trials"] == (
        "5: 2 complete, 1 pruned, 1 diverged, 1 failed; in addition 1 infeasible"
    )


@pytest.mark.slow
def test_the_time_of_a_search_is_kept_with_its_final_model(results: str) -> None:
    (run,) = Store(Path(results)).study("digits").runs()
    told = facts(collect_report(StoredStudy.find("digits", results), lambda done, total: None))[
        "Time"
    ]
    assert told.startswith(f"{round(run[1])} s of wall clock") or run[1] >= 59.5


def test_each_variable_of_a_series_has_a_chart_and_its_lines_are_told_apart() -> None:
    past = (
        SeriesLine("heat", 0, (1.0, 2.0)),
        SeriesLine("load", 0, (5.0, 6.0)),
        SeriesLine("day", 0, (0.0, 1.0)),
    )
    ahead = (
        SeriesLine("load", 2, (7.0, 8.0), "came"),
        SeriesLine("load", 2, (7.5, 8.5), "forecast"),
    )
    charts = series_charts(SeriesExample((*past, *ahead)))
    assert list(charts) == ["load", "heat", "day"]
    assert [(each.name, each.look) for each in charts["load"].paths] == [
        ("past", "past"),
        ("observed", "came"),
        ("forecast", "forecast"),
    ]
    assert shown_first(charts) == 1
