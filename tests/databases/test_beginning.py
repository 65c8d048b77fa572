"""Searches that begin one study at the same moment: one begins it, the others join."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState
from patience import PATIENCE
from postgresql_server import PASSWORD

from automl.tuning.storage import open_storage

pytestmark = pytest.mark.slow

RACING = Path(__file__).with_name("racing.py")
ROUNDS = int(os.environ.get("AUTOML_RACES", "4"))


def race(address: str, root: Path, folders: list[str]) -> list[list[str]]:
    """What became of each study, in each of the processes; they have these results folders."""
    barrier = root / "barrier"
    barrier.mkdir()
    path = os.pathsep.join([str(RACING.parent.parent), os.environ.get("PYTHONPATH", "")])
    runs = [
        subprocess.Popen(
            [
                *(sys.executable, str(RACING), address, str(root / folder)),
                *(str(ROUNDS), str(barrier), str(len(folders))),
            ],
            env={**os.environ, "PGPASSWORD": PASSWORD, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for folder in folders
    ]
    told = []
    for run in runs:
        output, errors = run.communicate(timeout=PATIENCE)
        assert run.returncode == 0, errors
        told.append(output.split())
    return told


def check(address: str, told: list[list[str]]) -> None:
    for outcomes in zip(*told, strict=True):
        assert sorted(outcomes) == ["begun", *["joined"] * (len(told) - 1)]
    storage = open_storage(address)
    names = sorted(optuna.get_all_study_names(storage))
    assert names == sorted(f"study{at}" for at in range(ROUNDS))
    for name in names:
        trials = optuna.load_study(storage=storage, study_name=name).trials
        assert [each.state for each in trials] == [TrialState.WAITING]  # one baseline, once


@pytest.mark.parametrize("folders", [["here", "there"], ["shared", "shared"]])
def test_one_begins_and_the_other_joins_on_sqlite(folders: list[str], tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/studies.db"
    check(address, race(address, tmp_path, folders))


def test_one_begins_and_the_others_join_on_postgresql(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    check(database, race(database, tmp_path, ["here", "there", "here"]))
