"""What optuna-dashboard says beside a study and its trials."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import optuna
from optuna.artifacts import get_all_artifact_meta
from optuna_dashboard import get_note
from plans import PLAN, make_context
from toy import Toy, ToySpace

from automl.core.distributions import Range
from automl.core.records import NetworkProfile
from automl.core.trial import Config, Measurement, Status, TrialResult, TrialSpec
from automl.tuning.dashboard import LAST_LINES, DashboardArtifacts, study_note, trial_note
from automl.tuning.storage import open_storage

NETWORK = NetworkProfile(1234, 56789, (("conv2d", (8, 4, 4), 1000), ("output", (10,), 234)))
SPEC = TrialSpec(3, Config((), {}), 0, 4, "accuracy", True, "")
CURVE = (Measurement(1, 0.5, {"accuracy": 0.5}, 3.0), Measurement(2, 1.0, {"accuracy": 0.6}, 6.0))
CONTEXT = make_context(replace(PLAN, name="mine", space="cnn | x"), data="digits, 3 rows")


def stored(root: Path) -> optuna.Study:
    return optuna.load_study(study_name="toy", storage=open_storage(root / "studies.journal"))


class TestTrialNote:
    """What is said of a trial."""

    def test_it_has_the_network_its_cost_and_its_device(self) -> None:
        result = TrialResult(3, Status.COMPLETE, CURVE, 0.6, device="cuda:0")
        note = trial_note(NETWORK, SPEC, result, "")
        assert "**Ran to its end**" in note
        assert "1,234 parameters, 56,789 FLOPs an example, 6.00 s an epoch on cuda:0" in note
        assert "| conv2d | 8 × 4 × 4 | 1,000 |" in note

    def test_it_says_why_a_trial_was_pruned(self) -> None:
        reason = "asha at epoch 1: accuracy 0.6000; rung 1 asks for 0.7000, the best 2 of the 7"
        result = TrialResult(3, Status.PRUNED, CURVE, reason=reason)
        assert f"**Pruned: {reason}**" in trial_note(NETWORK, SPEC, result, "")

    def test_a_failed_one_shows_the_end_of_its_log_as_it_is(self) -> None:
        log = "\n".join([*(f"line {at}" for at in range(100)), "```", "| a | **b**"])
        note = trial_note(NETWORK, SPEC, TrialResult(3, Status.FAILED, reason="it broke"), log)
        assert "**Failed: it broke**" in note
        end = note.partition("The end of its log:\n\n")[2].splitlines()
        assert len(end) == LAST_LINES
        assert all(line.startswith("    ") for line in end)
        assert end[-1] == "    | a | **b**"

    def test_it_says_in_how_many_parts_batches_were_taken(self) -> None:
        result = TrialResult(3, Status.COMPLETE, CURVE, 0.6)
        note = trial_note(NETWORK, replace(SPEC, grad_accumulation=4), result, "")
        assert "into 4 micro-batches" in note


class TestStudyNote:
    """What is said of a study."""

    def test_it_says_what_is_searched_and_how_to_go_on(self) -> None:
        note = study_note(CONTEXT, None, None, None)
        assert "**No trial is complete yet.**" in note
        assert "| space | cnn &#124; x |" in note
        assert "| data | digits, 3 rows |" in note
        assert "| objective | the largest accuracy |" in note
        assert "\nautoml resume mine\n" in note

    def test_a_search_keeps_it_up_to_date(self, tmp_path: Path) -> None:
        study = Toy(tmp_path, trials=6).begin({"x": 0.2}).study
        assert study.best is not None
        note = get_note(stored(tmp_path))
        best = f"Best so far: trial {study.best.number}, score {study.best.objective:.4f}"
        assert f"{best} on validation" in note
        assert "(the baseline, trial 0: 0.2000)" in note

    def test_it_is_there_before_any_trial_has_ended(self, tmp_path: Path) -> None:
        toy, notes = Toy(tmp_path, trials=1), list[str]()
        toy.recorder.on_measure = lambda number, measured: notes.append(get_note(stored(tmp_path)))
        toy.begin()
        assert "No trial is complete yet." in notes[-1]


def test_what_cannot_be_run_is_marked_so(tmp_path: Path) -> None:
    Toy(tmp_path, ToySpace({"x": Range(0.0, 1.0)}), trials=3, limit=0.5).begin({"x": 0.9})
    study = stored(tmp_path)
    first, *others = study.trials
    assert first.user_attrs["feasible"] is False
    assert first.user_attrs["violation"] > 0
    assert "**Infeasible: x (=0.9) must not be over 0.5**" in note_of(study, first.number)
    ended = [each for each in others if each.user_attrs["status"] == "complete"]
    assert len(ended) == 3
    assert all(each.user_attrs["feasible"] is True for each in ended)


def note_of(study: optuna.Study, number: int) -> str:
    from optuna_dashboard._note import get_note_from_system_attrs

    attributes = study._storage.get_study_system_attrs(study._study_id)
    identity = study.trials[number]._trial_id
    return get_note_from_system_attrs(attributes, identity)["body"]


def test_files_are_attached_once(tmp_path: Path) -> None:
    (tmp_path / "curve.png").write_bytes(b"one")
    (tmp_path / "mistakes.csv").write_bytes(b"two")
    study = optuna.create_study()
    trial, exhibits = study.ask(), DashboardArtifacts(tmp_path / "artifacts")
    exhibits.attach(trial, [tmp_path / "curve.png"])
    exhibits.attach(trial, [tmp_path / "curve.png", tmp_path / "mistakes.csv"])
    shown = {each.filename: each for each in get_all_artifact_meta(trial)}
    assert set(shown) == {"curve.png", "mistakes.csv"}
    assert len(list((tmp_path / "artifacts").iterdir())) == 2
    copied = tmp_path / "artifacts" / shown["mistakes.csv"].artifact_id
    assert copied.read_bytes() == b"two"
