"""What is used of Optuna beneath its public surface still does there what it did.

A test for each private name: after a release of Optuna or optuna-dashboard they say what has moved.
"""

from __future__ import annotations

import ast
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, TrialState
from optuna_dashboard import _app, _note, _serializer, get_note, save_note
from optuna_dashboard._inmemory_cache import InMemoryCache

from automl import tuning
from automl.tuning import optuna_private as private
from automl.tuning.optuna_private import quiet_optuna
from automl.tuning.pruners import Hyperband

NOTES = st.lists(st.text(max_size=5000), min_size=1, max_size=3)
TUNING = Path(tuning.__file__).parent
OWN = {"self", "cls", "private"}


@pytest.mark.parametrize("file", sorted(TUNING.rglob("*.py")), ids=lambda file: file.stem)
def test_no_other_module_uses_a_private_name(file: Path) -> None:
    if file.name == "optuna_private.py":
        return
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            parts = (node.module or "").split(".") + [each.name for each in node.names]
            assert not any(part.startswith("_") and not part.startswith("__") for part in parts)
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            dunder = node.attr.startswith("__")
            own = isinstance(node.value, ast.Name) and node.value.id in OWN
            assert dunder or own, f"line {node.lineno}: {node.attr}"


class TestIdentities:
    """A study and its trials in their storage."""

    def test_a_study_is_found_by_its_id(self) -> None:
        study = optuna.create_study(study_name="mine")
        storage = private.study_storage(study)
        assert storage.get_study_name_from_id(private.study_id(study)) == "mine"

    def test_a_trial_is_found_by_its_id(self) -> None:
        study = optuna.create_study()
        study.ask()
        second = study.ask()
        found = private.study_storage(study).get_trial(private.trial_id(second))
        assert found.number == second.number == 1
        assert private.trial_id(study.trials[1]) == private.trial_id(second)

    def test_a_trial_knows_attributes_that_were_written_past_it(self) -> None:
        trial = optuna.create_study().ask()
        private.remember_attributes(trial, {"seconds": 2.0})
        assert trial.user_attrs == {"seconds": 2.0}


def test_only_a_database_has_an_engine(tmp_path: Path) -> None:
    database = optuna.storages.get_storage(f"sqlite:///{tmp_path / 'studies.db'}")
    engine = private.database_engine(database)
    assert engine is not None
    assert engine.dialect.name == "sqlite"
    engine.dispose()
    assert private.database_engine(optuna.storages.InMemoryStorage()) is None


def test_each_trial_has_its_bracket_of_hyperband() -> None:
    pruner = Hyperband(9)
    study = optuna.create_study(pruner=pruner)
    study.ask().report(0.5, 1)
    assert not pruner.prune(study, study.trials[0])  # it knows its brackets from here on
    assert private.bracket_of(pruner, study, study.trials[0]) in range(3)


def test_rungs_keep_what_was_reported_there() -> None:
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=3)
    study = optuna.create_study(pruner=pruner)
    trial = study.ask()
    for step, value in ((1, 0.5), (3, 0.25)):
        trial.report(value, step)
        trial.should_prune()
    assert private.completed_rungs(study.trials[0]) == {0: 0.5, 1: 0.25}


def test_a_selective_study_has_the_trials_and_objectives_it_is_given() -> None:
    study = optuna.create_study(directions=["maximize", "minimize"])
    for value in (1.0, 2.0, 3.0):
        study.tell(study.ask(), [value, value])
    alone = [optuna.trial.create_trial(value=each.values[0]) for each in study.trials[1:]]
    selected = private.SelectiveStudy(study, alone, 1)
    assert selected.direction == optuna.study.StudyDirection.MAXIMIZE
    assert [each.value for each in selected.trials] == [2.0, 3.0]
    assert len(selected.get_trials(states=(TrialState.COMPLETE,))) == 2
    assert selected.get_trials(states=(TrialState.FAIL,)) == []


@pytest.mark.parametrize("waiting", [True, False])
def test_a_waiting_trial_is_taken_where_the_study_says_so(waiting: bool) -> None:
    class ToldStudy(private.QueueAwareStudy):
        @property
        def has_waiting(self) -> bool:
            return waiting

    storage = optuna.storages.InMemoryStorage()
    optuna.create_study(storage=storage, study_name="told")
    study = ToldStudy("told", storage)
    study.enqueue_trial({"x": 1})
    assert study.ask().number == (0 if waiting else 1)


class TestJournal:
    """The storage that writes several operations at once."""

    def storage(self, folder: Path) -> private.BatchJournalStorage:
        return private.BatchJournalStorage(JournalFileBackend(str(folder / "journal")))

    def test_attributes_are_there_for_everybody(self, tmp_path: Path) -> None:
        storage = self.storage(tmp_path)
        study = optuna.create_study(storage=storage)
        trial = study.ask()
        storage.set_trial_user_attrs(private.trial_id(trial), {"a": 1, "b": [2]})
        storage.set_study_system_attrs(private.study_id(study), {"c": "3"})
        for read in (storage, self.storage(tmp_path)):
            assert read.get_trial(private.trial_id(trial)).user_attrs == {"a": 1, "b": [2]}
            assert read.get_study_system_attrs(private.study_id(study))["c"] == "3"

    def test_it_counts_trials_of_all_studies(self, tmp_path: Path) -> None:
        storage = self.storage(tmp_path)
        for _ in range(2):
            optuna.create_study(storage=storage).ask()
        assert storage.trial_count == 2

    def test_each_kind_of_line_has_its_number(self, tmp_path: Path) -> None:
        storage = self.storage(tmp_path)
        study = optuna.create_study(storage=storage)
        study.ask()
        storage.set_study_system_attrs(private.study_id(study), {"c": "3"})
        optuna.delete_study(study_name=study.study_name, storage=storage)
        lines = (tmp_path / "journal").read_text().splitlines()
        codes = [json.loads(line)["op_code"] for line in lines]
        kinds = private.JournalOperation
        assert codes[0] == kinds.CREATE_STUDY
        assert kinds.CREATE_TRIAL in codes
        assert codes[-2:] == [kinds.SET_STUDY_SYSTEM_ATTR, kinds.DELETE_STUDY]

    def test_attributes_that_somebody_looks_at_do_not_change(self) -> None:
        replay = private.JournalReplay("")
        create = {"op_code": private.JournalOperation.CREATE_STUDY, "worker_id": "-"}
        replay.apply_logs([{**create, "study_name": "x", "directions": [1]}])
        seen = replay.get_study(0).system_attrs
        note = {"op_code": private.JournalOperation.SET_STUDY_SYSTEM_ATTR, "worker_id": "-"}
        replay.apply_logs(
            [{**note, "study_id": 0, "system_attr": {name: 1}} for name in ("a", "b")]
        )
        assert seen == {}
        assert replay.get_study(0).system_attrs == {"a": 1, "b": 1}


class TestNotes:
    """Notes where optuna-dashboard looks for them."""

    @given(st.dictionaries(st.sampled_from([None, 0, 1, 11]), NOTES, min_size=1))
    def test_what_is_written_is_what_the_dashboard_reads(
        self, notes: dict[int | None, list[str]]
    ) -> None:
        study, trials = _study_of_twelve()
        for number, texts in notes.items():
            owner = None if number is None else private.trial_id(trials[number])
            for text in texts:
                private.write_note(
                    private.study_storage(study), private.study_id(study), text, owner
                )
            assert get_note(study if number is None else trials[number]) == texts[-1]

    @given(st.dictionaries(st.sampled_from([None, 0, 1, 11]), NOTES))
    def test_they_are_read_as_the_dashboard_does(self, notes: dict[int | None, list[str]]) -> None:
        study, trials = _study_of_twelve()
        for number, texts in notes.items():
            for text in texts:
                save_note(study if number is None else trials[number], text)
        attributes = private.study_storage(study).get_study_system_attrs(private.study_id(study))
        for number in (None, 0, 1, 2, 11):
            owner = None if number is None else private.trial_id(trials[number])
            slow = _note.get_note_from_system_attrs(attributes, owner)
            assert private.read_note(attributes, owner) == slow
            assert slow["body"] == (notes[number][-1] if number in notes else "")


class TestDashboard:
    """optuna-dashboard inside ``changed_dashboard``, and after it."""

    @pytest.fixture
    def study(self) -> optuna.Study:
        study = optuna.create_study()
        for x in (0.1, 0.5):
            study.tell(study.ask({"x": optuna.distributions.FloatDistribution(0, x)}), x)
        return study

    def test_it_draws_the_curves_that_are_selected(self, study: optuna.Study) -> None:
        with private.changed_dashboard(lambda trials, direction: trials[:1], _all_importances):
            assert len(self._trials(study)) == 1
        assert len(self._trials(study)) == 2

    def test_it_draws_the_importances_that_are_selected(self, study: optuna.Study) -> None:
        with private.changed_dashboard(_all_curves, lambda trials, compute: []):
            assert self._importances(study) == []
        with quiet_optuna():
            assert [each["name"] for each in self._importances(study)] == ["x"]

    def test_artifacts_are_the_same(self, tmp_path: Path) -> None:
        study = optuna.create_study()
        trial = study.ask()
        (tmp_path / "curve.png").write_bytes(b"picture")
        upload_artifact(
            artifact_store=FileSystemArtifactStore(tmp_path),
            file_path=str(tmp_path / "curve.png"),
            study_or_trial=trial,
        )
        storage, found = private.study_storage(study), []
        for change in (nullcontext(), private.changed_dashboard(_all_curves, _all_importances)):
            with change:
                found.append(
                    _serializer.list_trial_artifacts(
                        storage.get_study_system_attrs(private.study_id(study)),
                        storage.get_trial_system_attrs(private.trial_id(trial)),
                        study.trials[0],
                    )
                )
        assert found[0] == found[1]
        assert [each["filename"] for each in found[0]] == ["curve.png"]

    def test_notes_are_looked_up(self) -> None:
        before = _note.get_note_from_system_attrs
        with private.changed_dashboard(_all_curves, _all_importances):
            assert _note.get_note_from_system_attrs is private.read_note
        assert _note.get_note_from_system_attrs is before

    def _trials(self, study: optuna.Study) -> list[FrozenTrial]:
        storage = private.study_storage(study)
        trials: list[FrozenTrial] = _app.get_trials(
            InMemoryCache(), storage, private.study_id(study)
        )
        return trials

    def _importances(self, study: optuna.Study) -> list[Any]:
        found: list[Any] = _app.get_param_importance_from_trials_cache(
            InMemoryCache(),
            private.study_storage(study),
            private.study_id(study),
            0,
            study.trials,
        )
        return found


def _study_of_twelve() -> tuple[optuna.Study, list[optuna.Trial]]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    return study, [study.ask() for _ in range(12)]


def _all_curves(trials: list[FrozenTrial], direction: object) -> list[FrozenTrial]:
    return trials


def _all_importances(trials: list[FrozenTrial], compute: Any) -> Any:
    return compute()
