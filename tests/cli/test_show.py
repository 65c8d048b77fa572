"""``automl show``: the answer first, then what matters, then the trials; and one trial in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import automl

from automl import api
from automl.api.studies import StudyOverview, TrialDetails
from automl.cli.show_text import mistakes_text, study_text, trial_text
from automl.core.error_analysis import Confusion, ErrorAnalysis, Mistake, RowExample, Scatter
from automl.core.records import StudyRecord, TrialRecord
from automl.core.trial import Measurement
from automl.tuning.importances import Importances

NOTHING = Importances({}, "-")
ROWS = """\
task: tabular_classification
data: breast_cancer
network: [{dense: {units: {low: 2, high: 32}}}, {activation: {choices: [relu, tanh]}}]
training:
  epochs: 1
  batch_size: 64
  optimizer: {adamw: {lr: {low: 1e-4, high: 1e-1, log: true}}}
search: {trials: 12, pruner: none}
baseline: {units: 2}
"""


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of enough trials to weigh its parameters."""
    cwd = tmp_path_factory.mktemp("wide")
    (cwd / "rows.yaml").write_text(ROWS)
    api.search(
        str(cwd / "rows.yaml"), executor="local", finalize=False, results=str(cwd / "results")
    )
    return cwd


@pytest.mark.slow
def test_the_answer_comes_first(wide: Path) -> None:
    shown = automl("show", "rows", cwd=wide).stdout
    study = json.loads(automl("show", "rows", "--json", cwd=wide).stdout)
    best, baseline = study["best"], study["baseline"]
    assert shown.replace("\n", " ").startswith(
        f"Best trial: {best['number']}, accuracy {best['value']:.4f} on validation"
        f" (the baseline, trial 0: {baseline['value']:.4f}); there is no final model "
    )
    headings = ("Best trial: ", "  units ", "Importances: ", "rows: 12 trials", "Next:")
    places = [shown.index(each) for each in headings]
    assert places == sorted(places)


@pytest.mark.slow
def test_importances_are_bars_with_their_basis(wide: Path) -> None:
    shown = automl("show", "rows", cwd=wide).stdout
    told = json.loads(automl("show", "rows", "--json", cwd=wide).stdout)["importances"]
    assert told["basis"] == "12 complete trials"
    assert sum(told["shares"].values()) == pytest.approx(1)
    title = "Importances: 12 complete trials"
    bars = shown.partition(f"{title}\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in bars] == list(told["shares"])
    assert bars[0].count("█") == max(line.count("█") for line in bars) > 0


@pytest.mark.slow
def test_ten_trials_are_shown_the_best_first(wide: Path) -> None:
    shown = automl("show", "rows", cwd=wide).stdout
    rows = shown.partition("parameters  reason\n")[2].partition("\n\n")[0].splitlines()
    values = [float(row.split()[2]) for row in rows]
    assert len(values) == 10
    assert values == sorted(values, reverse=True)


@pytest.mark.slow
def test_too_few_trials_are_not_weighed(finished) -> None:
    shown = automl("show", "tiny", cwd=finished.cwd).stdout
    assert "Importances: 3 complete trials: too few, it takes 10\n" in shown


def shown_trials(*trials: TrialRecord, maximize: bool = True) -> tuple[list[int], str]:
    """The numbers in the table of a study of these trials, and the line below it."""
    text = study_text(
        StudyOverview(StudyRecord("s", "accuracy", maximize, trials), None, NOTHING), "r"
    )
    below = text.partition("\n\ns: ")[2].partition("\n\n")[0].splitlines()[1:]
    rows = [line.split()[0] for line in below[1:] if not line.endswith("max 9")]
    return [int(row) for row in rows], below[-1] if below else ""


def test_all_that_were_measured_are_ranked_and_the_finished_is_first_among_equals() -> None:
    ranked, _ = shown_trials(
        TrialRecord(0, "complete", 0.8, {}),
        TrialRecord(1, "pruned", 0.9, {}, "rung 1"),
        TrialRecord(2, "failed", None, {}, "told to"),
        TrialRecord(3, "pruned", 0.7, {}),
        TrialRecord(4, "paused", 0.8, {}),
        TrialRecord(5, "complete", 0.9, {}),
        TrialRecord(6, "diverged", float("nan"), {}),
        TrialRecord(7, "running", None, {}),
    )
    assert ranked == [5, 1, 0, 4, 3, 2, 6, 7]
    lower, _ = shown_trials(
        *(TrialRecord(at, "pruned", loss, {}) for at, loss in enumerate((0.3, 0.1, 0.2))),
        maximize=False,
    )
    assert lower == [1, 2, 0]


def test_infeasible_draws_are_counted_below_and_are_none_of_the_best() -> None:
    big = [TrialRecord(at, "infeasible", None, {}, f"{at}9 weights: max 9") for at in range(1, 40)]
    ranked, below = shown_trials(TrialRecord(0, "complete", 0.8, {}), *big)
    assert ranked == [0]
    assert below == "39 infeasible draws, such as trial 1: 19 weights: max 9"


def test_ten_are_shown_of_thousands_and_in_no_time() -> None:
    trials = [TrialRecord(at, "pruned", at / 5000, {}) for at in range(5000)]
    assert shown_trials(*trials)[0] == list(range(4999, 4989, -1))


def test_a_study_without_a_best_says_why() -> None:
    trials = (TrialRecord(0, "failed", None, {}, "the loss is no number\x1b[2J"),)
    text = study_text(
        StudyOverview(StudyRecord("s", "mae", False, trials), None, NOTHING), "results"
    )
    assert text.startswith("No trial is complete yet. The first reason: the loss is no number\\x1b")
    assert "export" not in text


@pytest.mark.slow
def test_a_trial_in_full(finished) -> None:
    shown = automl("show", "tiny", "--trial", "0", cwd=finished.cwd).stdout
    parts = ("trial 0 of tiny complete", "parameter  ", "layer  ", " FLOPs an example")
    parts += ("\naccuracy\n", "\ntrain_loss\n", "\nepoch  ", "Of 269 validation examples", "Next:")
    places = [shown.index(each) for each in parts]
    assert places == sorted(places)
    assert "╭" in shown
    assert "└" in shown


@pytest.mark.slow
def test_a_trial_for_scripts_is_complete(finished) -> None:
    run = automl("show", "tiny", "--trial", "0", "--json", cwd=finished.cwd)
    trial = json.loads(run.stdout)
    assert trial["network"]["size"] == trial["size"]
    assert len(trial["curve"]) == 8
    assert trial["review"]["examples"] == 269
    assert trial["log"] == ""
    assert any(each.endswith("learning_curve.png") for each in trial["artifacts"])


def details(**facts: object) -> TrialDetails:
    trial = TrialRecord(0, "complete", 0.5, {"lr": 0.1})
    study = StudyRecord("s", "accuracy", True, (trial,))
    known = {"network": None, "curve": (), "review": None, "log": "", "artifacts": ()}
    return TrialDetails(study=study, trial=trial, **(known | facts))  # type: ignore[arg-type]


def test_a_long_curve_is_thinned_and_says_so() -> None:
    curve = tuple(
        Measurement(step, step / 2, {"accuracy": step / 2000}, 1.0) for step in range(1, 801)
    )
    text = trial_text(details(curve=curve), "results")
    rows = text.partition("epoch  accuracy\n")[2].partition("\n12 of")[0].splitlines()
    assert [row.split()[0] for row in (rows[0], rows[-1])] == ["0.5", "400"]
    assert len(rows) == 12
    assert "12 of 800 measurements; all of them: --json" in text


def test_a_failed_trial_shows_the_end_of_its_log() -> None:
    trial = TrialRecord(0, "failed", None, {}, "it failed")
    study = StudyRecord("s", "accuracy", True, (trial,))
    log = "".join(f"line {number}\n" for number in range(40)) + "\x1b[31mred\n"
    text = trial_text(TrialDetails(study, trial, None, (), None, log, ()), "results")
    assert "Its log (its last 12 of 41 lines):\n  line 29\n" in text
    assert "  \\x1b[31mred\n" in text


def test_the_most_frequent_confusion_is_named() -> None:
    review = ErrorAnalysis(20, Confusion(("cat", "dog"), ((9, 1), (3, 7))), ())
    assert mistakes_text(review) == (
        "Of 20 validation examples, most often wrong: dog taken for cat, 3 of 10."
    )
    right = ErrorAnalysis(1, Confusion(("cat", "dog"), ((1, 0), (0, 0))), ())
    assert mistakes_text(right) == "Of 1 validation example, none is taken for another class."


def test_the_worst_errors_are_named() -> None:
    worst = tuple(
        Mistake(RowExample({}), "10", str(each), f"off by {each}") for each in (90, 50, 20, 15)
    )
    assert mistakes_text(ErrorAnalysis(9, Scatter("price", (10.0,), (90.0,)), worst)) == (
        "Of 9 validation examples, worst: 90 where 10 is right (off by 90); "
        "50 where 10 is right (off by 50); 20 where 10 is right (off by 20)."
    )


@pytest.mark.slow
def test_a_trial_that_is_not_there_is_one_clear_line(finished) -> None:
    run = automl("show", "tiny", "--trial", "99", cwd=finished.cwd)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "automl: --trial 99: tiny has 3 trials, the last is 2\n"
