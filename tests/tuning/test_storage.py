"""The journal: shared by processes, and readable by Optuna as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import optuna
import pytest
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from patience import PATIENCE

from automl.core.errors import StudyError
from automl.tuning.storage import open_storage

WRITER = """
import sys, pathlib, optuna
from automl.tuning.storage import open_storage
optuna.logging.set_verbosity(optuna.logging.ERROR)
study = optuna.load_study(study_name="s", storage=open_storage(pathlib.Path(sys.argv[1])))
study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=40)
"""


def test_plain_optuna_reads_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    study = optuna.create_study(study_name="s", storage=open_storage(path))
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    plain = JournalStorage(JournalFileBackend(str(path)))
    assert optuna.load_study(study_name="s", storage=plain).trials == study.trials


@pytest.mark.slow
def test_two_processes_write_without_losing_a_line(tmp_path: Path) -> None:
    path = tmp_path / "studies.journal"
    optuna.create_study(study_name="s", storage=open_storage(path))
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path)]) for _ in range(2)]
    assert [writer.wait(timeout=PATIENCE) for writer in writers] == [0, 0]
    trials = optuna.load_study(study_name="s", storage=open_storage(path)).trials
    assert [trial.number for trial in trials] == list(range(80))
    assert all(trial.state.is_finished() for trial in trials)


def test_a_database_url(tmp_path: Path) -> None:
    storage = open_storage(f"sqlite:///{tmp_path}/studies.db")
    assert optuna.get_all_study_names(storage) == []


@pytest.mark.parametrize("url", ["sqlite:////nowhere/x.db", "nonsense", "postgresql://"])
def test_what_cannot_be_opened_is_one_clear_line(url: str) -> None:
    with pytest.raises(StudyError, match="cannot open the study storage") as caught:
        open_storage(url)
    assert "\n" not in str(caught.value)
