"""A database's password is in no file, no message and no command line; it is asked for by name."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from command_line import TINY, automl, run_process
from postgresql_server import PASSWORD

from automl.cli.entry_point import without_secrets_of
from automl.core.errors import MissingPackage, StudyError, UserError
from automl.core.storage_url import StorageUrl, split_secrets, without_secrets
from automl.tuning import storage
from automl.tuning.plan import Plan

SEARCH = ("search", "tiny.yaml", "--epochs=1", "--workers=1")


def say_nothing_of(secret: str, folder: Path) -> None:
    """See that no file of a folder has the secret in it, whatever it is."""
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert files
    assert [str(each) for each in files if secret.encode() in each.read_bytes()] == []


@pytest.fixture
def no_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGPASSWORD", "")
    monkeypatch.setenv("AUTOML_STORAGE", "")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))


@pytest.mark.slow
@pytest.mark.usefixtures("no_variables")
def test_a_password_is_nowhere_and_resume_asks_for_it(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With Ray, whose logs have the command line of whoever starts it."""
    ray = Path("/tmp") / f"r{tmp_path.parent.name[-6:]}"  # the path of its sockets must be short
    monkeypatch.setenv("RAY_TMPDIR", str(ray))
    (tmp_path / "tiny.yaml").write_text(TINY)
    secret = database.replace("@", f":{PASSWORD}@")
    begun = run_process(*SEARCH, "--trials=1", "--no-finalize", "--storage", secret, cwd=tmp_path)
    assert begun.returncode == 0, begun.stderr
    assert "PGPASSWORD" in begun.stderr
    asked = automl("resume", "tiny", "--trials=2", cwd=tmp_path)
    assert asked.returncode == 2
    assert asked.stderr == (
        f"automl: the password of {database} is in no file: put it, or the whole address, into "
        "the environment variable PGPASSWORD, which is not set\n"
    )
    monkeypatch.setenv("PGPASSWORD", f"not {PASSWORD}")
    refused = automl("show", "tiny", "--json", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    shown = automl("show", "tiny", "--json", cwd=tmp_path)
    assert [each["status"] for each in json.loads(shown.stdout)["trials"]] == ["complete"]
    reported = automl("report", "tiny", cwd=tmp_path)
    assert reported.returncode == 0, reported.stderr
    for run in (begun, asked, refused, shown, reported):
        assert PASSWORD not in run.stdout + run.stderr
    say_nothing_of(PASSWORD, tmp_path / "results")
    say_nothing_of(PASSWORD, ray)


@pytest.mark.parametrize(
    ("url", "shown", "variable"),
    [
        ("postgresql://u:p@h/d", "postgresql://u@h/d", "PGPASSWORD"),
        ("postgres://u:a%40b@h:1/d", "postgres://u@h:1/d", "PGPASSWORD"),
        ("postgresql://u:a@b@h/d", "postgresql://u@h/d", "PGPASSWORD"),
        ("postgresql://u:a/b?c@h/d", "postgresql://u@h/d", "PGPASSWORD"),
        ("postgresql+psycopg://h/d?user=u&password=p", "postgresql+psycopg://h/d?user=u", None),
        ("postgresql://u@h/d?sslpassword=p&sslmode=require", None, "AUTOML_STORAGE"),
        ("postgresql://u:p@h/d?sslpassword=q", "postgresql://u@h/d", "AUTOML_STORAGE"),
        ("mysql+pymysql://u:p@h/d", "mysql+pymysql://u@h/d", "AUTOML_STORAGE"),
        ("mssql+pyodbc:///?odbc_connect=PWD%3Dp", "mssql+pyodbc:///", "AUTOML_STORAGE"),
    ],
)
def test_what_is_secret_in_an_address_goes_to_the_environment(
    url: str, shown: str | None, variable: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGPASSWORD", "AUTOML_STORAGE"):
        monkeypatch.setenv(name, "")  # and forgotten again after the test
    address = StorageUrl.given(url, None)
    assert address is not None
    assert address.url == (shown or "postgresql://u@h/d?sslmode=require")
    assert address.variable == (variable or "PGPASSWORD")
    whole = address.whole()
    assert whole == (address.url if address.variable == "PGPASSWORD" else url)
    assert all(each not in repr(address) for each in split_secrets(url).secrets if len(each) > 1)


@pytest.mark.parametrize(
    "url", ["sqlite:///a.db", "postgresql://u@h/d", "postgresql://u@h/d?passfile=/x", "nonsense"]
)
def test_an_address_without_a_secret_stays_as_it_is(url: str) -> None:
    assert StorageUrl.given(url, None) == StorageUrl(url)


@pytest.mark.parametrize("held", ["p@/:ss", "postgresql://u:p%40%2F%3Ass@h/d"])
def test_a_variable_holds_the_password_or_the_whole_address(
    held: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", held)
    address = StorageUrl.given("postgresql://u@h/d", "MINE")
    assert address == StorageUrl("postgresql://u@h/d", "MINE")
    assert address.whole() == "postgresql://u:p%40%2F%3Ass@h/d"


def test_a_variable_alone_names_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "postgresql://u:p@h/d")
    assert StorageUrl.given(None, "MINE") == StorageUrl("postgresql://u@h/d", "MINE")
    monkeypatch.setenv("MINE", "p")
    with pytest.raises(StudyError, match="MINE: holds no address"):
        StorageUrl.given(None, "MINE")
    monkeypatch.delenv("MINE")
    with pytest.raises(StudyError, match="MINE: there is no such environment variable"):
        StorageUrl.given(None, "MINE")
    with pytest.raises(StudyError, match="environment variable MINE, which is not set"):
        StorageUrl("mysql://u@h/d", "MINE").whole()


def test_two_places_for_one_secret_are_one_too_many() -> None:
    with pytest.raises(UserError, match="leave one of them out"):
        StorageUrl.given("mysql://u:p@h/d", "MINE")


@pytest.mark.parametrize("form", [("--storage", "URL"), ("--storage=URL",)])
def test_the_command_line_loses_its_secret(form: tuple[str, ...]) -> None:
    given = [each.replace("URL", "mysql://u:p@h/d") for each in form]
    kept, parts = without_secrets_of(["automl", "search", "cnn", *given, "--trials", "2"])
    open_form = [each.replace("URL", "mysql://u@h/d") for each in form]
    assert kept == [
        *("automl", "search", "cnn", *open_form, "--trials", "2"),
        *("--storage-env", "AUTOML_STORAGE"),
    ]
    assert parts is not None
    assert (parts.variable, parts.value) == ("AUTOML_STORAGE", "mysql://u:p@h/d")
    assert without_secrets_of(kept) == (kept, None)


def test_no_message_has_a_secret() -> None:
    told = without_secrets("at mysql://u:p4ss@h/d: 'p4ss' is wrong", "mysql://u:p4ss@h/d")
    assert told == "at mysql://u:***@h/d: '***' is wrong"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p4ss@127.0.0.1:1/d",
        "postgresql:/u:p4ss@h/d",
        "postgresql://u:p4ss@h:port/d",
        "nosuch://u:p4ss@h/d",
        "mysql+nosuch://u:p4ss@h/d",
    ],
)
def test_what_cannot_be_opened_is_told_without_its_secret(url: str) -> None:
    with pytest.raises(StudyError, match="cannot open the study storage") as caught:
        storage.open_storage(url)
    assert "p4ss" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None  # nor in a traceback


def test_without_its_driver_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingPackage, match=r"pip install 'automl\[postgresql\]'"):
        storage.open_storage("postgresql://u@127.0.0.1/d")


@pytest.mark.usefixtures("no_variables")
def test_the_plan_of_an_older_study_loses_its_password() -> None:
    """Whose study.yaml has it still; ``resume`` writes that anew."""
    plan = Plan(
        **dict.fromkeys(("name", "space", "task", "data", "sampler", "pruner", "executor"), "x"),
        **dict.fromkeys(("trials", "epochs", "seed"), 1),
        **dict.fromkeys(("timeout", "metric", "workers", "cpus_per_trial", "gpus_per_trial")),
        ray_address=None,
        storage="mysql://u:0ld@h/d",
    )
    kept = plan.without_secrets()
    assert "0ld" not in str(kept.as_record())
    assert kept.address is not None
    assert kept.address.whole() == "mysql://u:0ld@h/d"
