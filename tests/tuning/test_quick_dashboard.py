"""What optuna-dashboard sends to the browser is the same, only sooner."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.artifacts import FileSystemArtifactStore, upload_artifact
from optuna_dashboard import _app, _note, _serializer, save_note
from optuna_dashboard._inmemory_cache import InMemoryCache

from automl.tuning.quick_dashboard import MOST_CURVES, _get_trials, make_quick

NOTES = st.lists(st.text(max_size=5000), min_size=1, max_size=3)


@pytest.fixture(autouse=True)
def afterwards_as_it_was() -> Any:
    yield
    importlib.reload(_note)
    importlib.reload(_serializer)
    _app.get_trials = _get_trials


def both(attributes: dict[str, Any], trial: int | None) -> tuple[Any, Any]:
    importlib.reload(_note)
    slow = _note.get_note_from_system_attrs(attributes, trial)
    make_quick()
    return slow, _note.get_note_from_system_attrs(attributes, trial)


@given(st.dictionaries(st.sampled_from([None, 0, 1, 11]), NOTES))
def test_notes_are_the_same_however_often_they_were_changed(notes: dict[int | None, list[str]]):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    trials = [study.ask() for _ in range(12)]
    for number, texts in notes.items():
        for text in texts:
            save_note(study if number is None else trials[number], text)
    attributes = study._storage.get_study_system_attrs(study._study_id)
    for number in (None, 0, 1, 2, 11):
        identity = None if number is None else trials[number]._trial_id
        slow, quick = both(attributes, identity)
        assert quick == slow
        assert quick["body"] == (notes[number][-1] if number in notes else "")


def test_artifacts_are_the_same(tmp_path: Path) -> None:
    study = optuna.create_study()
    trial = study.ask()
    (tmp_path / "curve.png").write_bytes(b"picture")
    upload_artifact(
        artifact_store=FileSystemArtifactStore(tmp_path),
        file_path=str(tmp_path / "curve.png"),
        study_or_trial=trial,
    )
    study.tell(trial, 1.0)
    storage = study._storage
    inputs = (
        storage.get_study_system_attrs(study._study_id),
        storage.get_trial_system_attrs(trial._trial_id),
        study.trials[0],
    )
    slow = _serializer.list_trial_artifacts(*inputs)
    make_quick()
    assert _serializer.list_trial_artifacts(*inputs) == slow
    assert [each["filename"] for each in slow] == ["curve.png"]


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("count", [2 * MOST_CURVES - 1, 4 * MOST_CURVES])
def test_of_many_curves_those_of_the_best_and_the_latest_are_shown(
    direction: str, count: int
) -> None:
    study = optuna.create_study(direction=direction)
    for number in range(count):
        study.add_trial(optuna.trial.create_trial(value=number, intermediate_values={1: number}))
    running = study.ask()
    running.report(0.5, 1)
    make_quick()
    trials = _app.get_trials(InMemoryCache(), study._storage, study._study_id)
    shown = {each.number for each in trials if each.intermediate_values}
    assert [each.number for each in trials] == list(range(count + 1))
    latest = set(range(count + 1 - MOST_CURVES, count + 1))
    best = range(count)[-MOST_CURVES:] if direction == "maximize" else range(MOST_CURVES)
    assert shown == (latest | set(best) if count > 2 * MOST_CURVES else set(range(count + 1)))
    assert all(each.intermediate_values for each in study.trials)
