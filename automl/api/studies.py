"""Looking at studies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from automl.api.parts import find_study, storage_of
from automl.core.defaults import RESULTS
from automl.core.errors import StudyError
from automl.core.inspection import Inspection
from automl.core.review import Review
from automl.core.trial import Measurement
from automl.store import Store

if TYPE_CHECKING:
    from automl.core.final import Final
    from automl.core.records import StudyRecord
    from automl.tuning.importances import Importances


def studies(results: str = RESULTS) -> tuple[StudyRecord, ...]:
    """Every study in a results folder, by name."""
    return tuple(show(name, results) for name in Store(Path(results)).names())


def show(name: str, results: str = RESULTS) -> StudyRecord:
    """A study with all its trials.

    Raises:
        StudyError: if there is no such study.
    """
    from automl.tuning.reading import load_record

    store = Store(Path(results))
    _, plan = find_study(store, name)
    return load_record(storage_of(plan, store), name)


def final(name: str, results: str = RESULTS) -> Final | None:
    """How a study's final model was made, and what it is worth; None while there is none.

    Raises:
        StudyError: if there is no such study.
    """
    from automl.api.final_model import known_final

    folder, _ = find_study(Store(Path(results)), name)
    return known_final(show(name, results), folder)


def importances(name: str, results: str = RESULTS) -> Importances:
    """How much each parameter of a study matters, and what that is based on.

    Raises:
        StudyError: if there is no such study.
    """
    from automl.tuning.importances import importances as weigh
    from automl.tuning.reading import load_study

    store = Store(Path(results))
    _, plan = find_study(store, name)
    return weigh(load_study(storage_of(plan, store), name))


def curve(name: str, trial: int, results: str = RESULTS) -> tuple[Measurement, ...]:
    """The whole learning curve of one trial, oldest measurement first.

    Raises:
        StudyError: if there is no such study.
    """
    folder, _ = find_study(Store(Path(results)), name)
    return folder.trial(trial).curve()


def network(name: str, trial: int, results: str = RESULTS) -> Inspection:
    """The network of one trial, layer by layer.

    Raises:
        StudyError: if there is no such study, or the trial never ran.
    """
    folder, _ = find_study(Store(Path(results)), name)
    return folder.trial(trial).network()


def review(name: str, trial: int, results: str = RESULTS) -> Review | None:
    """What the model of one trial gets wrong; None if it did not run to its end.

    Raises:
        StudyError: if there is no such study.
    """
    folder, _ = find_study(Store(Path(results)), name)
    return folder.trial(trial).review()


def artifacts(name: str, trial: int, results: str = RESULTS) -> tuple[Path, ...]:
    """Pictures and tables of one trial, for people.

    Raises:
        StudyError: if there is no such study.
    """
    folder, _ = find_study(Store(Path(results)), name)
    return folder.trial(trial).artifacts()


def log(name: str, trial: int, results: str = RESULTS) -> str:
    """What a trial that failed had to say; empty if there is nothing.

    Raises:
        StudyError: if there is no such study.
    """
    folder, _ = find_study(Store(Path(results)), name)
    return folder.trial(trial).log()


def dashboard(
    host: str,
    port: int,
    ready: Callable[[str], None],
    results: str = RESULTS,
    storage: str | None = None,
) -> None:
    """Serve optuna-dashboard on a results folder until interrupted.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        ready: Is given the URL once it is served.
        results: Folder of the studies.
        storage: An Optuna URL to show instead.

    Raises:
        UserError: if there is nothing to show, or the address cannot be used.
    """
    from automl.tuning.dashboard import serve
    from automl.tuning.storage import open_storage

    store = Store(Path(results))
    if storage is None and not store.journal.is_file():
        raise StudyError(f"no studies in {results} yet; begin one: automl search cnn")
    serve(open_storage(storage or store.journal), store.artifacts, host, port, ready)
