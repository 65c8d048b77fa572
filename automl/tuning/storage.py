"""Where studies are kept: a journal file in results/, or any database that Optuna can use."""

from __future__ import annotations

import logging
import re
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path

import optuna
import sqlalchemy
from optuna.storages import BaseStorage, RDBStorage
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from automl.core.errors import StudyError, require
from automl.core.machine import locked
from automl.core.storage_url import split_secrets, without_secrets
from automl.tuning.journal import DamagedJournal, Journal, JournalFile
from automl.tuning.journal_repair import repair
from automl.tuning.optuna_private import database_engine

_LOG = logging.getLogger("automl")

# Exceptions of Optuna for a line of JSON that it cannot interpret.
UNREADABLE_LINE = (ValueError, TypeError, KeyError, AttributeError, AssertionError)

# SQLAlchemy's name for PostgreSQL with the driver of our extra.
POSTGRESQL = "postgresql+psycopg"

# Seconds that SQLite waits while another process writes.
SQLITE_PATIENCE = 60


def open_storage(where: Path | str) -> BaseStorage:
    """Open a journal file (a Path, made if missing) or a database (its address).

    Raises:
        StudyError: if it cannot be opened; the message has no secret of its address.
        MissingPackage: if PostgreSQL's driver is not installed.
    """
    if isinstance(where, str):
        return _open_database(where)
    try:
        return _open_journal(where)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudyError(f"cannot open the study storage {where}: {reason}") from error


@contextmanager
def telling_of_storage(address: str) -> Iterator[None]:
    """Explain in one line if the database stops responding.

    Args:
        address: Address of the database without secrets.

    Raises:
        StudyError: if a query inside the ``with`` fails.
    """
    try:
        yield
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        reason = _first_line(error.__cause__ if error.__cause__ else error)
        raise StudyError(
            f"the study storage {address} no longer responds: "
            f"{without_secrets(reason, address)}; everything stored is kept. When it is back, "
            "continue with automl resume"
        ) from error


def _open_journal(path: Path) -> BaseStorage:
    try:
        return Journal(JournalFile(path))
    except (DamagedJournal, *UNREADABLE_LINE):
        told = repair(path)
    if told:
        _LOG.warning(told)
    try:
        return Journal(JournalFile(path))
    except UNREADABLE_LINE as error:
        raise StudyError(f"{path}: is damaged, and cannot be read: {error!r}") from error


def _open_database(address: str) -> BaseStorage:
    shown, url = split_secrets(address).open, _with_driver(address)
    try:
        with turn_of_database(url, "tables"):  # of two that come first, one makes the tables
            backend = RDBStorage(url, _engine_settings(url))
        storage = optuna.storages.get_storage(backend)
        weakref.finalize(storage, backend.engine.dispose)  # closes its connections
        return storage
    except Exception as error:  # each database driver raises its own
        reason = without_secrets(_first_line(error), address)
        raise StudyError(f"cannot open the study storage {shown}: {reason}{_hint(error)}") from None


def _with_driver(address: str) -> str:
    """The address with the driver of the extra, where it names PostgreSQL and no driver."""
    url = re.sub(r"^postgres(ql)?://", f"{POSTGRESQL}://", address)
    if url.startswith(f"{POSTGRESQL}:"):
        require("postgresql", "psycopg")
    return url


def _engine_settings(url: str) -> dict[str, object]:
    sqlite = url.startswith("sqlite")
    return {"connect_args": {"timeout": SQLITE_PATIENCE}} if sqlite else {"pool_pre_ping": True}


def _first_line(error: BaseException) -> str:
    """The first line of an error, without what SQLAlchemy adds to it."""
    if isinstance(error, ImportError) and error.__cause__ is not None:
        return str(error.__cause__)
    cause = error.orig if isinstance(error, OperationalError) and error.orig else error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _hint(error: Exception) -> str:
    """What to do about an error, if that is known."""
    if "no password supplied" in str(error):
        return (
            "; set the environment variable PGPASSWORD, or write the password to ~/.pgpass, or "
            "name the variable that holds it by --storage-env"
        )
    if isinstance(error, sqlalchemy.exc.NoSuchModuleError | ImportError):
        return "; install the driver that the address names"
    return ""


def turn_at(storage: BaseStorage, name: str) -> AbstractContextManager[None]:
    """Hold the lock ``name`` of a storage, if that is in PostgreSQL or SQLite.

    With any other storage, processes take turns only by a lock file in their results folder.
    """
    engine = database_engine(storage)
    return nullcontext() if engine is None else _turn(engine, name)


@contextmanager
def turn_of_database(url: str, name: str) -> Iterator[None]:
    """Hold the lock ``name`` of a database that is not open as a storage yet."""
    engine = create_engine(url)
    try:
        with _turn(engine, name):
            yield
    finally:
        engine.dispose()


def _turn(engine: Engine, name: str) -> AbstractContextManager[None]:
    take = _TURNS.get(engine.dialect.name)
    return nullcontext() if take is None else take(engine, name)


@contextmanager
def _turn_at_postgresql(engine: Engine, name: str) -> Iterator[None]:
    """An advisory lock, which the server releases when the connection of its holder ends."""
    key = int.from_bytes(sha256(f"automl:{name}".encode()).digest()[:8], "big", signed=True)
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
        yield
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
    except BaseException:
        connection.invalidate()  # which releases the lock
        raise
    finally:
        connection.close()


def _turn_at_sqlite(engine: Engine, name: str) -> AbstractContextManager[None]:
    """A lock file beside the database, one for each name, as locks may be nested."""
    file = engine.url.database
    if not file or file == ":memory:":
        return nullcontext()
    return locked(Path(f"{file}.{_short(name)}.lock"))


def _short(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]


_TURNS: dict[str, Callable[[Engine, str], AbstractContextManager[None]]] = {
    "postgresql": _turn_at_postgresql,
    "sqlite": _turn_at_sqlite,
}
