"""``automl finalize``, and where a final model is shown."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import automl
from optuna_dashboard import get_note
from optuna_dashboard._note import get_note_from_system_attrs

from automl import api
from automl.api.stored_study import StoredStudy
from automl.core.error_analysis import Confusion
from automl.core.final import FinalRecord
from automl.export.bundle import Bundle

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
    headline = f"Final model: {final.test[0]} on test; {final.made()}; {final.why()}"
    said = shown.replace("\n", " ")
    assert headline in said
    assert said.startswith(("Final model: ", "Caution: "))
    assert f"\nBest trial: {api.show('small').ranked[0].number}, accuracy 0." in shown
    assert OPENED in shown
    assert "automl finalize" not in shown


def test_show_says_what_to_type_while_there_is_none(without: None) -> None:
    assert "automl finalize small" in automl("show", "small", cwd=Path.cwd()).stdout


def test_every_listing_has_the_same_model(final: FinalRecord) -> None:
    cwd, headline = Path.cwd(), final.test[0]
    [listed] = json.loads(automl("studies", "--json", cwd=cwd).stdout)
    shown = json.loads(automl("show", "small", "--json", cwd=cwd).stdout)
    end = json.loads(automl("finalize", "small", "--json", cwd=cwd).stdout)
    assert listed["delivered"] == shown["delivered"] == end["delivered"]
    told = listed["delivered"]
    assert (told["kind"], told["split"], told["trial"]) == ("final model", "test", final.trial)
    assert (told["value"], told["low"]) == (headline.value, headline.low)
    assert listed["best"] == shown["best"] == end["best"]
    row = automl("studies", cwd=cwd).stdout.splitlines()[1]
    assert "final model  accuracy" in row
    assert f"{headline.value:.4f} on test  {headline.interval}" in row
    study = api.load("small")
    assert repr(study).startswith(f"small: 3 trials, final model {headline} on test\n")
    assert study.delivered == api.delivered(study.record)


def test_studies_are_compared_by_the_models_that_they_deliver(
    final: FinalRecord, space: str
) -> None:
    api.search(space, name="none", executor="local", deterministic=True, finalize=False)
    api.search(space, name="other", executor="local", deterministic=True, trials=1)
    both = automl("compare", "small", "other", cwd=Path.cwd()).stdout
    assert f"small is ahead: {final.test[0]} on test; other 0." in both
    assert "What the model of each measured on test:\n" in both
    told = json.loads(automl("compare", "small", "other", "--json", cwd=Path.cwd()).stdout)
    assert told["split"] == "test"
    assert told["metrics"]["accuracy"]["values"]["small"] == final.test[0].value
    assert told["studies"][0]["delivered"]["value"] == final.test[0].value
    mixed = automl("compare", "small", "none", cwd=Path.cwd()).stdout
    assert "on validation" in mixed.splitlines()[0]
    assert mixed.splitlines()[1] == "Only small has a final model."
    assert f"accuracy  {final.score.value:.4f}" in mixed


@pytest.mark.parametrize("format", ["html", "md"])
def test_the_report_is_about_the_final_model(format: str, final: FinalRecord) -> None:
    text = api.report_text("small", format)
    title = {
        "html": f"<b>{final.test[0].value:.4f}</b></h1>",
        "md": f"accuracy {final.test[0].value:.4f}",
    }
    assert title[format] in text
    assert f"The final model, on test. 95% interval: {final.test[0].interval}." in text
    assert f"It is {final.made()}." in text
    assert "The network of the final model" in text
    assert all(f"seed {each}" in text for each in final.seeds)
    assert "The final model on 269 validation examples." in text
    assert text.index("Best trial") > text.index(f"It is {final.made()}.")


def test_its_mistakes_on_validation_are_those_of_the_average(final: FinalRecord) -> None:
    review = StoredStudy.find("small").folder.final_review()
    assert review is not None
    assert isinstance(review.errors, Confusion)
    right = sum(row[at] for at, row in enumerate(review.errors.counts))
    assert right / review.examples == pytest.approx(final.score.value)


def test_a_single_one_is_judged_by_refits_that_never_saw_validation(final: FinalRecord) -> None:
    single = api.finalize("small", single=True).final
    assert single is not None
    text = api.report_text("small", "md")
    told = "The average of its refits, which were not trained on these examples, on 269 validation"
    assert told in text
    assert "train + validation" in api.report_text("small", "html")
    review = StoredStudy.find("small").folder.final_review()
    assert review is not None
    assert isinstance(review.errors, Confusion)
    right = sum(row[at] for at, row in enumerate(review.errors.counts))
    assert right / review.examples == pytest.approx(final.score.value)


def test_what_is_exported_keeps_the_limits(final: FinalRecord) -> None:
    size = final.chosen.num_parameters
    whole = Bundle.load(api.export("small", max_parameters=3 * size).path).facts
    assert (whole.parameters, whole.origin.final) == (3 * size, True)
    refit = Bundle.load(api.export("small", max_parameters=3 * size - 1).path).facts
    assert (refit.parameters, refit.origin.final, refit.origin.trial) == (size, False, final.trial)
    values = dict(zip(final.seeds, final.chosen.values, strict=True))
    assert refit.scores[0].value == values[refit.origin.seed] == max(values.values())
    assert "a refit with a new seed" in refit.origin.found
    smaller = Bundle.load(api.export("small", max_parameters=size - 1).path).facts
    assert smaller.parameters < size
    assert smaller.origin.trial != final.trial


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
    study = StoredStudy.find("small").load()
    note = get_note(study)
    assert note.startswith(f"**Final model: {final.test[0]} on test; {final.made()}**")
    assert study.user_attrs["final model"] == f"{final.test[0]} on test; {final.made()}"
    assert "| best trial | trial " in note
    assert str(final.score) in note
    assert f"{final.test[0]}" in note
    assert "opened once" in note


def test_the_note_of_its_trial_says_so_and_that_of_an_earlier_one_no_more(
    final: FinalRecord,
) -> None:
    notes = trial_notes()
    assert [number for number, each in notes.items() if "Final model" in each] == [final.trial]
    assert notes[final.trial].startswith(f"**Final model: {final.test[0]} on test; ")
    assert "**Ran to its end**" in notes[final.trial]
    api.finalize("small", single=True)
    again = trial_notes()[final.trial]
    assert again.count("Final model") == 1
    assert "as asked for" in again


def trial_notes() -> dict[int, str]:
    study = StoredStudy.find("small").load()
    attributes = study._storage.get_study_system_attrs(study._study_id)
    return {
        each.number: get_note_from_system_attrs(attributes, each._trial_id)["body"]
        for each in study.trials
    }


def test_a_pruned_trial_that_was_ahead_is_trained_to_its_end(without: None) -> None:
    best = api.show("small").best
    assert best is not None
    _note_as_pruned(Path("results/studies.journal"), best.number)
    final = api.finalize("small").final
    assert final is not None
    assert api.show("small").trials[best.number].status == "pruned"
    assert best.number in [each.trial for each in final.finalists if not each.reason]
    assert api.finalize("small").final == final


def _note_as_pruned(journal: Path, number: int) -> None:
    """Rewrite the lines that say how a trial ended; it has its curve and no weights."""
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    for line in lines:
        if line.get("trial_id") != number:
            continue
        if line.get("state") == 1:
            line |= {"state": 2, "values": None}
        if "status" in line.get("user_attr", {}):
            line["user_attr"]["status"] = "pruned"
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    (journal.parent / f"small/trials/{number:04}/weights.safetensors").unlink()
