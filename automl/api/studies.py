"""List studies, read one in full, follow its search, and serve the dashboard."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from automl.api.datasets import DatasetLoader
from automl.api.final_model import known_final, lacks_final, read_progress
from automl.api.stored_study import StoredStudy, numbered_trial, storage_of
from automl.core.defaults import RESULTS
from automl.core.delivered import DeliveredModel, delivered_model
from automl.core.error_analysis import ErrorAnalysis
from automl.core.errors import StudyError
from automl.core.final import FinalRecord
from automl.core.records import NetworkProfile, StudyRecord, TrialRecord
from automl.core.storage_url import StorageUrl
from automl.core.text import count
from automl.core.trial import Measurement
from automl.finalizing.record import read_final
from automl.store import Store
from automl.tuning.context import SearchContext, SearchOutcome, Watcher

if TYPE_CHECKING:
    from automl.tuning.importances import Importances


@dataclass(frozen=True)
class StudyOverview:
    """A study, its final model and the importances of its parameters.

    Args:
        study: The study with all its trials.
        final: How its final model was made; None while there is none.
        importances: How much each parameter matters.
    """

    study: StudyRecord
    final: FinalRecord | None
    importances: Importances

    @property
    def delivered(self) -> DeliveredModel | None:
        """The model that the study delivers; None while it has none."""
        return delivered_model(self.study, self.final)


@dataclass(frozen=True)
class TrialDetails:
    """A trial and everything that its folder holds of it.

    Args:
        study: The study with all its trials.
        trial: The trial.
        network: Layers of its network; None if it was never built.
        curve: Its learning curve, oldest measurement first.
        review: What its model gets wrong; None unless it ran to its end.
        log: What it printed if it failed; empty if there is nothing.
        artifacts: Pictures and tables of it.
    """

    study: StudyRecord
    trial: TrialRecord
    network: NetworkProfile | None
    curve: tuple[Measurement, ...]
    review: ErrorAnalysis | None
    log: str
    artifacts: tuple[Path, ...]


def studies(results: str = RESULTS) -> tuple[StudyRecord, ...]:
    """Every study in a results folder, by name; a storage that several share is read once."""
    from automl.tuning.trial_records import load_record

    store = Store(Path(results))
    plans = [StoredStudy.in_store(store, name).plan for name in store.names()]
    one_of_each = {plan.address: plan for plan in plans}
    opened = {address: storage_of(plan, store) for address, plan in one_of_each.items()}
    return tuple(load_record(opened[plan.address], plan.name) for plan in plans)


def state(study: StudyRecord, results: str = RESULTS) -> str:
    """What a study still needs, in words: ``"no final model yet"``; or ``"done"``.

    Raises:
        StudyError: if there is no such study.
    """
    stored = StoredStudy.find(study.name, results)
    running, waiting = study.count("running"), len(study.unfinished)
    lacks = lacks_final(study, stored.folder, stored.plan)
    if running:
        return f"{count(running, 'trial')} running"
    if stored.plan.timeout is not None and study.best is not None and not lacks:
        return "done"  # its time was for this model; a resumed search takes as much again
    if waiting:
        return f"{count(waiting, 'trial')} to continue"
    if study.counted < stored.plan.trials:
        return f"{study.counted:,} of {count(stored.plan.trials, 'trial')}"
    if study.best is None:
        return "no model"
    return "no final model yet" if lacks else "done"


def show(name: str, results: str = RESULTS) -> StudyRecord:
    """A study with all its trials.

    Raises:
        StudyError: if there is no such study.
    """
    return StoredStudy.find(name, results).record()


def look(name: str, results: str = RESULTS) -> StudyOverview:
    """A study with its final model and the importances of its parameters, read once.

    Raises:
        StudyError: if there is no such study.
    """
    from automl.tuning.importances import importances as weigh
    from automl.tuning.trial_records import study_record

    stored = StoredStudy.find(name, results)
    study = stored.load()
    record = study_record(study)
    return StudyOverview(record, known_final(record, stored.folder), weigh(study))


def final(name: str, results: str = RESULTS) -> FinalRecord | None:
    """How a study's final model was made, and how good it is; None while there is none.

    Raises:
        StudyError: if there is no such study.
    """
    stored = StoredStudy.find(name, results)
    return known_final(stored.record(), stored.folder)


def delivered(study: StudyRecord, results: str = RESULTS) -> DeliveredModel | None:
    """The model that a study delivers: its final model, or the best trial while there is none.

    Args:
        study: The study with all its trials.
        results: Results folder that the study is in.

    Returns:
        The model with the scores that it is known by; None while the study has none.

    Raises:
        StudyError: if there is no such study.
    """
    return delivered_model(study, read_final(StoredStudy.find(study.name, results).folder))


def importances(name: str, results: str = RESULTS) -> Importances:
    """How much each parameter of a study matters, and what that is based on.

    Raises:
        StudyError: if there is no such study.
    """
    from automl.tuning.importances import importances as weigh

    return weigh(StoredStudy.find(name, results).load())


def trial(name: str, number: int, results: str = RESULTS) -> TrialDetails:
    """Everything that is kept of one trial.

    Raises:
        StudyError: if there is no such study or trial.
    """
    stored = StoredStudy.find(name, results)
    study, files = stored.record(), stored.folder.trial(number)
    found = numbered_trial(study, number)
    return TrialDetails(
        study=study,
        trial=found,
        network=files.network() if found.num_parameters is not None else None,
        curve=files.curve(),
        review=files.review(),
        log=files.log(),
        artifacts=files.artifacts(),
    )


def dashboard(
    host: str,
    port: int,
    ready: Callable[[str], None],
    results: str = RESULTS,
    storage: str | None = None,
    storage_env: str | None = None,
) -> None:
    """Serve optuna-dashboard on a results folder until interrupted.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 picks a free one.
        ready: Function that is given the URL once it is served.
        results: Results folder to show.
        storage: URL of a database to show instead.
        storage_env: Environment variable that holds its password or whole URL.

    Raises:
        UserError: if there is nothing to show, or the address cannot be used.
    """
    from automl.tuning.dashboard import serve
    from automl.tuning.storage import open_storage

    store, address = Store(Path(results)), StorageUrl.given(storage, storage_env)
    if address is None and not store.journal.is_file():
        raise StudyError(f"no studies in {results} yet; begin one: automl search cnn")
    place = address.whole() if address else store.journal
    serve(open_storage(place), store.artifacts, host, port, ready)


def watch(
    name: str,
    *,
    results: str = RESULTS,
    watcher: Watcher | None = None,
    stop: threading.Event | None = None,
) -> SearchOutcome:
    """Follow a study that other processes of this machine search; nothing is written.

    Args:
        name: Name of the study.
        results: Results folder that the study is in.
        watcher: Watcher that is told what happens, as by the search itself.
        stop: Event that ends the watching when set; the search continues.

    Returns:
        The study as it stands then. Its reason is "done" when it has all its trials and, where it
        is to have one, its final model; "abandoned" when no process works on it any more; and
        "interrupted" after ``stop``.

    Raises:
        StudyError: if there is no such study.
    """
    from automl.tuning.follower import FinalModelState, StudyFollower
    from automl.tuning.trial_records import study_record

    stored = StoredStudy.find(name, results)
    study, folder, plan = stored.load(), stored.folder, stored.plan
    begun, watched = study_record(study), watcher or Watcher()
    record = folder.record()
    context = SearchContext(
        plan=replace(plan, timeout=None),
        space=stored.space(),
        datasets=DatasetLoader.of(plan, watched),
        folder=folder,
        begun=begun,
        final=known_final(begun, folder),
        data=str(record.get("data_is", plan.data)),
        device=str(record.get("hardware", "this machine")),
        slots=max(begun.count("running"), 1),
    )
    finalizing = FinalModelState(
        progress=lambda: read_progress(folder),
        awaited=lambda now: lacks_final(now, folder, plan),
    )
    stop = stop or threading.Event()
    outcome = StudyFollower(study, context, watched, stop, finalizing).run()
    outcome = replace(outcome, final=known_final(outcome.study, folder))
    watched.finish(outcome)
    return outcome
