"""``automl finalize``, and where a final model is shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import automl
from optuna_dashboard import get_note

from automl import api
from automl.api.stored_study import StoredStudy
from automl.core.final import FinalRecord

pytestmark = pytest.mark.slow

OPENED = "The test split was opened once."


@pytest.fixture
def final(with_final: None) -> FinalRecord:
    found = api.final("small")
    assert found is not None
    return found


def test_it_makes_the_model_and_says_what_it_is_worth(without: None) -> None:
    run = automl("finalize", "small", cwd=Path.cwd())
    assert run.returncode == 0, run.stderr
    assert "Final model: refitting trials" in run.stdout
    assert re.search(r"\[([57])/\1\] trainings of the final model", run.stdout)
    assert re.search(r"^  accuracy on validation +0\.\d{4}  95%: 0\.", run.stdout, re.MULTILINE)
    assert re.search(r"^  accuracy on test +0\.\d{4}  95%: 0\.", run.stdout, re.MULTILINE)
    assert OPENED in run.stdout


def test_again_it_says_that_nothing_has_changed(final: FinalRecord) -> None:
    run = automl("finalize", "small", cwd=Path.cwd())
    assert run.stdout.startswith("Nothing has changed since the final model was made")
    assert OPENED in run.stdout
    quiet = automl("finalize", "small", "--quiet", cwd=Path.cwd())
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_json_has_all_of_it(final: FinalRecord) -> None:
    event = json.loads(automl("finalize", "small", "--json", cwd=Path.cwd()).stdout)
    assert (event["event"], event["reason"]) == ("end", "unchanged")
    shown = json.loads(automl("show", "small", "--json", cwd=Path.cwd()).stdout)
    assert event["final"] == shown["final"]
    assert shown["final"]["trial"] == final.trial
    assert shown["final"]["test"][0]["value"] == final.test[0].value
    assert shown["final"]["test_opened"] == 1


def test_show_has_the_test_figure_beside_that_on_validation(final: FinalRecord) -> None:
    shown = automl("show", "small", cwd=Path.cwd()).stdout
    assert f"Final model: {final.made()}; {final.why()}" in shown.replace("\n", " ")
    assert f"{final.test[0].value:.4f}" in shown
    assert OPENED in shown
    assert "automl finalize" not in shown


def test_show_says_what_to_type_while_there_is_none(without: None) -> None:
    assert "automl finalize small" in automl("show", "small", cwd=Path.cwd()).stdout


@pytest.mark.parametrize("format", ["html", "md"])
def test_the_report_has_a_section_on_it(format: str, final: FinalRecord) -> None:
    text = api.report_text("small", format)
    assert "The final model" in text
    assert f"{final.score.value:.4f}" in text
    assert f"{final.test[0].value:.4f}" in text
    assert "The test split was opened once" in text
    assert "opened 0 times" not in text


def test_the_report_says_so_while_the_test_split_is_closed(without: None) -> None:
    text = api.report_text("small", "md")
    assert "The test split has not been opened." in text
    assert "The final model" not in text


def test_the_note_in_the_dashboard_has_both_figures(final: FinalRecord) -> None:
    note = get_note(StoredStudy.find("small").load())
    assert str(final.score) in note
    assert f"{final.test[0]}" in note
    assert "opened once" in note
