"""A report says the answer first, and all the rest; whatever the study is like."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from report_values import hostile_report, hostile_review, made_study, made_trial

from automl import api
from automl.core.delivered import delivered_model
from automl.core.error_analysis import Confusion, ErrorAnalysis, Scatter
from automl.core.errors import StudyError, UnknownName, UserError
from automl.core.records import StudyRecord, TrialRecord
from automl.report import FORMATS
from automl.report.html import render_html
from automl.report.markdown import render_markdown
from automl.report.model_text import verdict

SECTIONS = ("What matters", "Pruning", "The network of the", "Learning", "What it gets wrong")


@pytest.fixture(params=FORMATS.names)
def text(request: pytest.FixtureRequest, results: str) -> str:
    """The report of a real study in each format."""
    return api.report_text("digits", request.param, results)


@pytest.mark.slow
def test_the_answer_comes_first(text: str, results: str) -> None:
    study, final = api.show("digits", results), api.final("digits", results)
    assert study.best is not None
    assert final is not None
    head = text[text.index("<header>") :] if "<header>" in text else text
    answer = head[: head.index("What matters")]
    assert f"{final.test[0].value:.4f}" in answer
    assert f"The final model, on test. 95% interval: {final.test[0].interval}." in answer
    assert f"trial {study.best.number}, accuracy {study.best.objective:.4f} on valid" in answer
    assert "wall clock" in answer
    assert f"{final.chosen.num_parameters:,} parameters" in answer
    assert "The test split was opened once." in answer


@pytest.mark.slow
def test_it_has_every_section(text: str) -> None:
    at = [text.index(f"{title}") for title in (*SECTIONS, "How to repeat it", "What it ran on")]
    assert all(each >= 0 for each in at)


@pytest.mark.slow
def test_every_prune_has_its_reason(text: str, results: str) -> None:
    pruned = [each for each in api.show("digits", results).trials if each.status == "pruned"]
    assert pruned
    assert all(each.reason in text for each in pruned)


@pytest.mark.slow
def test_infeasible_trials_are_counted_with_a_reason(text: str, results: str) -> None:
    infeasible = [
        each for each in api.show("digits", results).trials if each.status == "infeasible"
    ]
    assert infeasible
    assert infeasible[0].reason in text


@pytest.mark.slow
def test_it_says_how_to_repeat_it(text: str, results: str) -> None:
    assert "--trials 14 --epochs 3 --sampler tpe --pruner asha" in text
    assert "--seed 0 --executor local" in text
    assert "automl resume digits" in text
    assert "automl export digits --format onnx" in text
    assert "constraints: {parameters: {max: 3000}}" in text
    record = Path(results, "digits", "study.yaml").read_text()
    assert record.partition("data_sha256: ")[2].split()[0] in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "html", "markdown"),
    [
        ("text", "<blockquote", "film"),
        ("table", 'class="chart scatter"', "size = "),
        ("forecast", "observed</bdi>", "a series"),
    ],
)
def test_examples_of_every_kind_are_shown(kind: str, html: str, markdown: str, kinds: str) -> None:
    assert html in api.report_text(kind, "html", kinds)
    assert markdown in api.report_text(kind, "md", kinds)


@pytest.mark.slow
def test_it_is_written_where_it_is_asked_for(results: str, tmp_path: Path) -> None:
    assert api.report("digits", results=results) == Path(results, "digits", "report.html")
    assert api.report("digits", "md", results=results) == Path(results, "digits", "report.md")
    mine = tmp_path / "mine.html"
    assert api.report("digits", output=str(mine), results=results) == mine
    assert mine.read_bytes() == Path(results, "digits", "report.html").read_bytes()


@pytest.mark.slow
def test_what_is_wrong_is_one_clear_line(results: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="did you mean 'digits'"):
        api.report("digit", results=results)
    with pytest.raises(UnknownName, match="unknown format of a report 'pdf'"):
        api.report("digits", "pdf", results=results)
    with pytest.raises(UserError, match="choose another file with --output FILE"):
        api.report("digits", output=str(tmp_path / "no folder" / "r.html"), results=results)


@pytest.mark.slow
def test_a_study_that_was_copied_elsewhere_without_its_trials(results: str, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    left = {"trials", "final"}
    shutil.copytree(results, copied, ignore=lambda folder, names: left & set(names))
    html = api.report_text("digits", "html", str(copied))
    assert "Its layers were not recorded" in html
    assert "learning curve is not in the study" in html
    assert "The errors are not known" in html
    assert "The errors are not known" in api.report_text("digits", "md", str(copied))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([], "No trial has a model yet."),
        (["complete"], "It is the baseline"),
        (["complete", "complete"], "on validation; there is no final model. "),
        (["failed"] * 3, "No trial has a model yet."),
        (["pruned"] * 12, "No trial has a model yet."),
        (["infeasible"] * 3, "No trial has a model yet."),
        (["failed", "complete"], "than the baseline (trial 0, failed"),
        (["infeasible", "complete"], "has no value to compare it with"),
    ],
)
def test_a_study_of_hardly_anything(statuses: list[str], said: str, tmp_path: Path) -> None:
    random = Random(0)
    trials = [made_trial(number, random, status) for number, status in enumerate(statuses)]
    results = made_study(tmp_path, trials)
    html = api.report_text("made", "html", results)
    assert said in html
    assert ("There are not two complete trials yet" in html) == (statuses.count("complete") < 2)
    assert api.report_text("made", "md", results).startswith("# `made`: ")


@pytest.mark.slow
def test_an_old_study_lacks_what_its_version_did_not_note(tmp_path: Path) -> None:
    results = made_study(tmp_path, [made_trial(0, Random(0))])
    for format in FORMATS:
        text = api.report_text("made", format, results)
        assert "not recorded by the version that began this study" in text


def test_a_lower_metric_is_better_where_it_is() -> None:
    trials = (TrialRecord(0, "pruned", 0.5, {}), TrialRecord(1, "complete", 0.4, {}))
    lower = StudyRecord("x", "rmse", False, trials)
    told = verdict(lower, delivered_model(lower, None))
    assert told.startswith("Trial 1, the best of the search, on validation, lower is better; there")
    assert "0.1000 better than" in told
    higher = StudyRecord("x", "rmse", True, trials)
    assert "0.1000 worse than" in verdict(higher, delivered_model(higher, None))


@pytest.mark.slow
def test_a_storage_with_its_password_is_not_told(tmp_path: Path) -> None:
    secret = "sqlite:///" + str(tmp_path / "hunter2.db")
    (tmp_path / "digits.yaml").write_text(
        "task: image_classification\ndata: digits\nnetwork: [flatten]\n"
        "training: {epochs: 1, batch_size: {choices: [64, 128]}}\nsearch: {trials: 1}\n"
    )
    results = str(tmp_path / "results")
    api.search(
        str(tmp_path / "digits.yaml"),
        executor="local",
        storage=secret,
        finalize=False,
        results=results,
    )
    for format in FORMATS:
        assert "hunter2" not in api.report_text("digits", format, results)


@pytest.mark.parametrize("numbers", [(), (float("nan"),), (float("inf"), 1.0), (1e308, -1e308)])
def test_numbers_that_cannot_be_drawn_are_no_trouble(numbers: tuple[float, ...]) -> None:
    scatter = Scatter("price", numbers, numbers)
    report = hostile_report("x", ErrorAnalysis(len(numbers), scatter, ()))
    html = render_html(report)
    assert "nan" not in html[html.index('id="errors"') : html.index('id="repeat"')]
    assert "Every answer is right." in render_markdown(report)


def test_a_class_that_no_example_has_is_no_trouble() -> None:
    empty = ErrorAnalysis(0, Confusion(("a", "b"), ((0, 0), (0, 0))), hostile_review("x").mistakes)
    assert "<td" in render_html(hostile_report("x", empty))
