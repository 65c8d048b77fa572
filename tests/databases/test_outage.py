"""A database that goes away while a search runs, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from command_line import TINY
from postgresql_server import PASSWORD
from striking import Striker

from automl import api
from automl.core.errors import StudyError

pytestmark = pytest.mark.slow


def end_connections(database: str, allow: bool) -> None:
    """End all connections to a database, as a restart does; whether there may be new ones."""
    server, _, name = database.rpartition("/")
    with psycopg.connect(f"{server}/postgres", password=PASSWORD, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {str(allow).lower()}".encode())
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )


def search(database: str, strike: Callable[[], object]) -> api.Study:
    return api.search(
        "tiny.yaml",
        trials=3,
        storage=database,
        executor="local",
        pruner="none",
        finalize=False,
        watcher=Striker(strike),
    )


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny.yaml").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)


def test_a_server_that_restarts_between_two_queries_is_not_noticed(database: str) -> None:
    study = search(database, lambda: end_connections(database, allow=True))
    assert [each.status for each in study.outcome.study.trials] == ["complete"] * 3


def test_a_server_that_is_gone_is_one_line_and_resume_goes_on(database: str) -> None:
    with pytest.raises(
        StudyError, match=f"the study storage {database} no longer responds"
    ) as told:
        search(database, lambda: end_connections(database, allow=False))
    assert "\n" not in str(told.value)
    assert PASSWORD not in str(told.value)
    with pytest.raises(StudyError, match=f"cannot open the study storage {database}"):
        api.show("tiny")
    end_connections(database, allow=True)
    study = api.resume("tiny").outcome.study
    assert [each.status for each in study.trials] == ["complete"] * 3
